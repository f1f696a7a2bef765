"""What was promised at the door and told by webhooks, held against what is in the database at the end."""

from __future__ import annotations

import json

from tests.faults.scene import ACCOUNT, REGION, Scene

from unpend.model.identity import IdentityKey


def as_promised(here: Scene) -> None:
    """Who was told that something is done finds it done."""
    asking = here.asking
    for name in asking.there:
        tags = here.house.identities.get(IdentityKey(ACCOUNT, REGION, name)).attributes.tags
        assert asking.tagged.get(name) in {None, tags.get("k")}
    for name in asking.gone:
        assert here.house.identities.find(IdentityKey(ACCOUNT, REGION, name)) is None


def told_once(here: Scene) -> None:
    """Repeated, where it was, under its id and to the letter; nothing that was never committed, nothing left out."""
    endpoint = here.hooks.list(ACCOUNT)[0].uid
    kept = {each.uid for each in here.hooks.deliveries(ACCOUNT, endpoint, limit=1_000_000)}
    told = {(each.headers["webhook-id"], each.body) for each in here.receiver.got}
    assert len(told) == len({number for number, _ in told})
    assert {number for number, _ in told} == kept
    about = [json.loads(body) for _, body in told]
    steps = [(each["data"]["id"], each["type"], json.dumps(each["data"].get("change"))) for each in about]
    assert len(set(steps)) == len(steps), "one event, one id"
