"""What the OpenAPI document promises, tried by schemathesis: whatever is sent, the answer is one that the document names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient
from tests.api.doors import application

from unpend.api.app import PREFIX, document
from unpend.api.problems import TITLES
from unpend.engine.api_keys import make_key
from unpend.engine.opening import open_installation
from unpend.store.api_keys import ApiKeys

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = [each["operationId"] for path in document()["paths"].values() for each in path.values()]
ENDLESS = {"streamDomain"}
BOUNDED = [
    "createDomain",
    "updateDomain",
    "listDomains",
    "getHistory",
    "createWebhook",
    "updateWebhook",
    "createKey",
    "listKeys",
]
FEW = settings(max_examples=10, suppress_health_check=list(HealthCheck), database=None, phases=[Phase.generate])


class Door:
    """The door, its document, and ids of what is there."""

    def __init__(self, app: Any, key: str) -> None:
        self.schema = schemathesis.openapi.from_asgi(f"{PREFIX}/openapi.json", app)
        self.headers = {"authorization": f"Bearer {key}"}
        self.rest = TestClient(app, f"http://127.0.0.1{PREFIX}", headers=self.headers)
        self.known = dict.fromkeys(("domains", "webhooks"), "none")

    def there(self, path: str) -> str:
        """The id of a domain or webhook that is there, made anew where the last one was deleted."""
        kind = path.split("/")[1]
        if self.rest.get(f"/{kind}/{self.known[kind]}").status_code == 404:
            told = {"domains": {"name": "there.example"}, "webhooks": {"url": "https://hooks.example"}}
            self.known[kind] = self.rest.post(f"/{kind}", json=told[kind]).json()["id"]
        return self.known[kind]


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    installation = open_installation(f"sqlite:///{tmp_path_factory.mktemp('door')}/unpend.db")
    key = make_key(ApiKeys(installation.database), "acme", ["admin"], "", 0.0)[0]
    yield Door(application(installation), key)
    installation.close()


@pytest.mark.parametrize(
    ("operation", "mode"),
    [(each, GenerationMode.POSITIVE) for each in OPERATIONS] + [(each, GenerationMode.NEGATIVE) for each in BOUNDED],
)
def test_every_answer_is_one_of_the_document(door: Door, operation: str, mode: GenerationMode) -> None:
    found = door.schema.find_operation_by_id(operation)

    @FEW
    @given(found.as_strategy(mode), st.booleans())
    def tried(case: Any, there: bool) -> None:
        if there and "id" in case.path_parameters and operation not in ENDLESS:
            case.path_parameters["id"] = door.there(found.path)
        case.call_and_validate(headers=door.headers, checks=CHECKS)

    tried()


@pytest.mark.parametrize("page", ["rest.md", "rest.ja.md"])
def test_the_page_says_what_to_do_about_every_problem(page: str) -> None:
    rows = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8").splitlines()
    told = {word for row in rows if row.startswith("| `") for word in row.split("|")[1].replace("、", ",").split(",")}
    assert {word.strip(" `") for word in told} >= set(TITLES)
