"""Whatever is typed or given, the answer is a value or an UnpendError that can be shown in both languages."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from unpend.model.errors import UnpendError
from unpend.model.expected import Expected
from unpend.report.plan_as import plan_as
from unpend.sources import decode_bytes, from_tokens, read_domain, read_expected
from unpend.sources.naming import is_name

from .samples import as_json, console_csv, sesv2, v1_dkim, zone_file
from .test_files import OWN
from .test_providers import (
    BREVO,
    CDK,
    MAILERSEND,
    MAILGUN,
    MAILJET,
    POSTMARK,
    RESEND,
    SENDGRID,
    SPARKPOST,
    TERRAFORM_SHOW,
    terraform_state,
)
from .test_round_trip import FORMS, SOURCES, plan_of

STARTS = [
    'D("example.com", TXT("',
    'resource "aws_route53_record" "a" {',
    "update add ",
    "curl --data ",
    "a:\n  type: ",
]
PRINTED = [plan_as(form, plan_of(SOURCES["sesv2"], "example.com."), host) for form, host in FORMS]
SAMPLES = [as_json(sesv2()), as_json(v1_dkim()), console_csv(), zone_file(), OWN, *PRINTED]


@contextlib.contextmanager
def told() -> Iterator[None]:
    try:
        yield
    except UnpendError as error:
        for text in (error.message, *([error.hint] if error.hint else [])):
            assert text.of("en")
            assert text.of("ja")


def check(expected: Expected) -> None:
    for record in expected.records:
        assert is_name(record.name)
        assert record.name.endswith(".example.com.") or record.name == "example.com."
        assert record.values
    for note in expected.notes:
        assert note.of("en")
        assert note.of("ja")


@settings(deadline=None)
@given(st.one_of(st.text(), st.text("aA1.-_@:/[] 。日xn\u200b", max_size=40)))
def test_read_domain(text: str) -> None:
    with told():
        read = read_domain(text)
        assert is_name(read.name)
        assert read_domain(read.name).name == read.name


@settings(deadline=None)
@given(st.one_of(st.text(), st.text("{}[]\":,-&*! \n|>ab\t$;()'@.?", max_size=60)))
def test_read_expected(text: str) -> None:
    with told():
        check(read_expected(text, "example.com."))


@settings(deadline=None)
@given(
    st.sampled_from(
        ["name: ", "- type: ", "records:\n", "$ORIGIN ", "a IN TXT ", "a IN MX ", "type,name,value\n", *STARTS]
    ),
    st.text(),
)
def test_read_expected_after_a_beginning(start: str, text: str) -> None:
    with told():
        check(read_expected(start + text, "example.com."))


@settings(deadline=None)
@given(st.binary())
def test_bytes(data: bytes) -> None:
    with told():
        check(read_expected(decode_bytes(data), "example.com."))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(SAMPLES), st.integers(0, 2000), st.integers(0, 40), st.text(max_size=8))
def test_damaged_files(sample: str, at: int, cut: int, put: str) -> None:
    at %= len(sample)
    with told():
        check(read_expected(sample[:at] + put + sample[at + cut :], "example.com."))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = [*sesv2(), *sesv2()["DkimAttributes"], "VerificationAttributes", "records", "domain", "region", "entered_at"]
KEYS += ["schema", "plan", "Changes", "ChangeBatch", "ResourceRecordSets", "result"]


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), JSON))
def test_any_json_under_known_keys(held: dict[str, object]) -> None:
    with told():
        check(read_expected(json.dumps(held), "example.com."))
    with told():
        check(read_expected(json.dumps({**sesv2(), **held}), "example.com."))


@settings(deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries({}, optional=dict.fromkeys(("name", "type", "value", "values", "purpose", "ttl"), JSON))
    )
)
def test_any_records(held: list[dict[str, object]]) -> None:
    with told():
        check(read_expected(json.dumps({"records": held}), "example.com."))


@settings(deadline=None)
@given(st.lists(st.text(), max_size=4), st.none() | st.text(), st.none() | st.text())
def test_from_tokens(tokens: list[str], region: str | None, zone: str | None) -> None:
    with told():
        check(from_tokens("example.com.", tokens, region=region, signing_zone=zone))


OBJECTS = [
    SENDGRID,
    MAILGUN,
    RESEND,
    BREVO,
    MAILERSEND,
    POSTMARK,
    MAILJET,
    SPARKPOST,
    terraform_state(),
    TERRAFORM_SHOW,
    CDK,
]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(OBJECTS), st.lists(st.integers(0, 30), min_size=1, max_size=6), JSON)
def test_objects_with_something_else_inside(held: dict[str, object], path: list[int], put: object) -> None:
    """One value somewhere inside a known object is replaced by anything."""
    with told():
        check(read_expected(json.dumps(replaced(held, path, put)), "example.com."))


def replaced(held: object, path: list[int], put: object) -> object:
    if not path or not isinstance(held, dict | list) or not held:
        return put
    if isinstance(held, list):
        at = path[0] % len(held)
        return [replaced(item, path[1:], put) if i == at else item for i, item in enumerate(held)]
    key = sorted(held)[path[0] % len(held)]
    return {k: replaced(item, path[1:], put) if k == key else item for k, item in held.items()}
