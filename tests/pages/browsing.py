"""The doors of `unpend serve` over an installation, and a browser without its scripts at them."""

from __future__ import annotations

import html
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.routing import Mount
from starlette.testclient import TestClient

from unpend.api.app import PREFIX, rest_door
from unpend.api.engine import Engine
from unpend.api.gate import Gate as RestGate
from unpend.engine.api_keys import make_key
from unpend.engine.opening import Installation
from unpend.engine.webhooks.hooks import Hooks
from unpend.pages.door import Pages
from unpend.pages.gate import PageGate
from unpend.server.app import Doors, application
from unpend.sesv2.door import Door
from unpend.sesv2.gate import Gate
from unpend.store.api_keys import ApiKeys
from unpend.store.replies import Replies
from unpend.store.webhooks import Webhooks

HERE = "http://127.0.0.1"
ACCOUNT = "000000000000"


def doors(installation: Installation) -> Doors:
    """As `serve` puts them together."""
    database = installation.database
    engine = Engine(installation.identities, Replies(database), "us-east-1")
    keys = ApiKeys(database)
    hooks = Hooks(Webhooks(database), installation.clock, installation.secret)
    rest = rest_door(engine, RestGate(keys, ACCOUNT), hooks)
    gate = PageGate(keys, installation.secret, installation.clock, ACCOUNT)
    routes = [Mount(PREFIX, rest), *Pages(engine, gate, rest.state.streams).routes()]
    door = Door(installation.identities, Gate(ACCOUNT, "us-east-1", {}))
    return application(door, ThreadPoolExecutor(2), routes)


class Browser:
    """Follows redirects, keeps cookies, and says where its forms come from."""

    def __init__(self, installation: Installation, lang: str = "en") -> None:
        headers = {"accept-language": lang, "sec-fetch-site": "same-origin"}
        self.client = TestClient(doors(installation), HERE, headers=headers)

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=headers)

    def send(self, path: str, origin: str | None = HERE, **fields: str) -> Any:
        headers = {} if origin is None else {"origin": origin}
        return self.client.post(path, data=fields or {"": ""}, headers=headers)

    def sign_in(self, installation: Installation, account: str, scope: str) -> str:
        """The key that was signed in with."""
        key = make_key(ApiKeys(installation.database), account, [scope], "", 0.0)[0]
        assert self.send("/sign-in", key=key).status_code == 200
        return key


def text(page: Any) -> str:
    """What a reader sees."""
    bare = re.sub(r"(?s)<head>.*?</head>|<[^>]+>", " ", page.text)
    return " ".join(html.unescape(bare).split())


def lacking(page: Any, *words: str) -> list[str]:
    """Those words that a reader does not see."""
    said = text(page)
    return [word for word in words if word not in said]
