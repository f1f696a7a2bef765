"""Keys behind issued names: made, published, used, rotated, retired, emptied; each where a verifier can see it."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import dns.message
import dns.query
import dns.rcode
import dns.zone
import pytest
import yaml
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

from unpend.engine.issuing import IssuingWork
from unpend.engine.key_pairs import private_key
from unpend.engine.opening import Installation, open_installation
from unpend.engine.rotation import DAY, ROTATES_AFTER, SHOWN_AFTER_USE
from unpend.engine.secret import new_secret, read_secret
from unpend.engine.signing_server import SigningServer
from unpend.engine.signing_zone import ServedZone, SigningZone, ZoneFile
from unpend.model.errors import StoreError, WriterError
from unpend.model.identity import Attributes, IdentityKey, Signing
from unpend.model.signing_key import KeyState
from unpend.standards.dkim import problem_of, read
from unpend.store.signing_keys import SigningKeys

ZONE = "dkim.mail.example."
OWNER = IdentityKey("000000000000", "us-east-1", "example.com")
SHORT = Attributes(signing=Signing(next_key_length="RSA_1024_BIT"))


class Place:
    """An installation whose clock a test moves."""

    def __init__(self, folder: Path) -> None:
        opened = open_installation(f"sqlite:///{folder}/unpend.db", signing_zone=ZONE)
        self.time = 1_800_000_000.0
        clock = replace(opened.clock, wall=lambda: self.time)
        opened.identities.clock = clock
        self.installation: Installation = replace(opened, clock=clock)
        self.identities = opened.identities
        self.keys = SigningKeys(opened.database)

    def work(self, zone: SigningZone | None = None) -> IssuingWork:
        return IssuingWork(self.keys, self.installation.clock, self.installation.secret, zone or ServedZone(ZONE))

    def states(self) -> dict[int, str]:
        return {key.slot: key.state.value for key in self.keys.of([OWNER])[OWNER]}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.installation.close()


def settle(work: IssuingWork) -> None:
    for _ in range(3):
        work.round()


def test_one_of_three_names_holds_a_key_and_the_next_is_shown_before_it_signs(place: Place) -> None:
    place.identities.create(OWNER, SHORT)
    work = place.work()
    settle(work)
    assert place.states() == {0: "current"}
    seen = [place.states()]
    for days in (90, 90, 2, 7, 90, 90, 2, 7):
        place.time += days * DAY
        settle(work)
        if place.states() != seen[-1]:
            seen.append(place.states())
    assert seen == [
        {0: "current"},
        {0: "current", 1: "next"},
        {0: "retired", 1: "current"},
        {0: "empty", 1: "current"},
        {0: "empty", 1: "current", 2: "next"},
        {0: "empty", 1: "retired", 2: "current"},
        {0: "empty", 1: "empty", 2: "current"},
    ]


def test_the_private_key_belongs_to_the_public_one_and_is_sealed(place: Place) -> None:
    place.identities.create(OWNER, SHORT)
    settle(place.work())
    (key,) = place.keys.of([OWNER])[OWNER]
    assert problem_of(read(key.content)) is None
    plain = private_key(place.installation.secret, key)
    public = load_der_private_key(plain, None).public_key()
    assert base64.b64decode(key.public) == public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert plain not in key.private
    with pytest.raises(StoreError):
        private_key(read_secret(new_secret()), key)
    with pytest.raises(StoreError):
        private_key(place.installation.secret, replace(key, slot=1))


def test_another_length_is_a_rotation(place: Place) -> None:
    place.identities.create(OWNER, SHORT)
    work = place.work()
    settle(work)
    place.identities.set_signing(OWNER, Signing(next_key_length="RSA_2048_BIT"))
    settle(work)
    assert {key.slot: (key.state.value, key.bits) for key in place.keys.of([OWNER])[OWNER]} == {
        0: ("current", 1024),
        1: ("next", 2048),
    }


def test_a_deleted_domain_keeps_its_key_shown_for_mail_under_way_and_gets_a_new_one_when_it_returns(
    place: Place,
) -> None:
    place.identities.create(OWNER, SHORT)
    work = place.work()
    settle(work)
    place.identities.delete(OWNER)
    settle(work)
    (old,) = place.keys.of([OWNER])[OWNER]
    assert (old.state, old.content) == (KeyState.RETIRED, f"p={old.public}")
    place.identities.create(OWNER, SHORT)
    settle(work)
    assert place.states() == {0: "retired", 1: "current"}
    place.time += SHOWN_AFTER_USE
    settle(work)
    first, second = place.keys.of([OWNER])[OWNER]
    assert (first.content, first.private, first.token) == ("", b"", old.token)
    assert second.public not in {"", old.public}


def test_what_cannot_be_published_does_not_sign_and_is_published_later(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "not-there" / "keys.zone"
    place.identities.create(OWNER, SHORT)
    work = place.work(ZoneFile(ZONE, path, place.keys))
    with pytest.raises(WriterError):
        work.round()
    place.time += ROTATES_AFTER
    assert place.states() == {0: "next"}
    path.parent.mkdir()
    settle(work)
    assert place.states() == {0: "current"}


def test_two_workers_do_each_step_once(place: Place) -> None:
    for number in range(12):
        place.identities.create(IdentityKey("1", "us-east-1", f"d{number}.example"), SHORT)
    works = [place.work() for _ in range(2)]

    async def both() -> None:
        for _ in range(8):
            await asyncio.gather(*(asyncio.to_thread(work.round) for work in works))

    asyncio.run(both())
    published = list(place.keys.published(ZONE))
    assert len({key.name for key in published}) == len(published) == 12
    assert {key.state for key in published} == {KeyState.CURRENT}


def test_files_say_what_the_zone_holds(place: Place, tmp_path: Path) -> None:
    place.identities.create(OWNER, Attributes())
    for name in ("keys.zone", "dkim.mail.example.yaml"):
        for key in place.keys.published(ZONE):
            place.keys.write([replace(key, shown=False)])
        settle(place.work(ZoneFile(ZONE, tmp_path / name, place.keys)))
    (key,) = place.keys.published(ZONE)
    text = f"$ORIGIN {ZONE}\n@ 300 IN SOA ns.{ZONE} h.{ZONE} 1 1 1 1 1\n" + (tmp_path / "keys.zone").read_text()
    zone = dns.zone.from_text(text, origin=ZONE, relativize=False, check_origin=False)
    (rdata,) = zone.find_rdataset(key.name, "TXT")
    assert b"".join(rdata.strings).decode() == key.content
    assert yaml.safe_load((tmp_path / "dkim.mail.example.yaml").read_text()) == {
        key.token: {"type": "TXT", "ttl": 3600, "value": key.content}
    }


def asked(server: SigningServer, name: str, type_: str = "TXT") -> dns.message.Message:
    wire = server.respond(dns.message.make_query(name, type_, use_edns=0, payload=1232).to_wire(), tcp=False)
    assert wire is not None
    return dns.message.from_wire(wire)


def test_the_embedded_server_answers_as_an_authority_does(place: Place) -> None:
    made = place.identities.create(OWNER, Attributes())
    settle(place.work())
    server = SigningServer(ZONE, place.keys, ("127.0.0.1", 0))
    name, other = (f"{token}.{ZONE}" for token in made.attributes.signing.tokens[:2])
    (key,) = place.keys.published(ZONE)
    found = asked(server, name.upper())
    assert b"".join(found.answer[0][0].strings).decode() == key.content
    assert found.flags & dns.flags.AA
    assert asked(server, other).rcode() == dns.rcode.NXDOMAIN
    assert asked(server, name, "CNAME").rcode() == dns.rcode.NOERROR
    assert asked(server, name, "CNAME").authority[0].rdtype == dns.rdatatype.SOA
    assert asked(server, "a.b." + ZONE).rcode() == dns.rcode.NXDOMAIN
    assert asked(server, "example.org.").rcode() == dns.rcode.REFUSED
    assert asked(server, ZONE, "NS").answer
    assert server.respond(b"\x00" * 5, tcp=False) is None
    assert server.respond(found.to_wire(), tcp=False) is None


async def test_the_embedded_server_listens_on_both_transports(place: Place) -> None:
    made = place.identities.create(OWNER, Attributes())
    await asyncio.to_thread(settle, place.work())
    server = SigningServer(ZONE, place.keys, ("127.0.0.1", 15353))
    task = asyncio.create_task(server.run())
    await asyncio.sleep(0.2)
    query = dns.message.make_query(f"{made.attributes.signing.tokens[0]}.{ZONE}", "TXT")
    try:
        over_udp = await asyncio.to_thread(dns.query.udp, query, "127.0.0.1", 3, 15353)
        over_tcp = await asyncio.to_thread(dns.query.tcp, query, "127.0.0.1", 3, 15353)
    finally:
        server.stop()
        await task
    assert over_udp.answer == over_tcp.answer != []
