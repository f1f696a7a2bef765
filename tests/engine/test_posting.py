"""Webhooks against real servers that behave as strangers do, and against every way into our own network."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
from typing import Any

import aiohttp
import dns.message
import dns.rdatatype
import dns.rrset
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from dns.asyncresolver import Resolver
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from tests.engine.receivers import Answer, endless, plain, receiving, silent, slammed

from unpend.engine.webhooks import posting, retries, targets
from unpend.engine.webhooks.posting import Message, Poster
from unpend.model.errors import UsageError

OLD, NEW = "whsec_b2xkb2xkb2xkb2xkb2xkb2xk", "whsec_bmV3bmV3bmV3bmV3bmV3bmV3"
FAST, ENOUGH = 0.3, 10.0


def message() -> Message:
    return Message("msg_1", '{"type": "domain.verified", "名": "例"}'.encode(), time.time())


async def test_a_receiver_verifies_with_either_secret_while_they_are_rotated() -> None:
    async with receiving(plain("204 No Content")) as receiver, Poster.open(allow_private=True) as poster:
        assert (await poster.post(receiver.url(), message(), [NEW, OLD])).taken
        (got,) = receiver.got
        for secret in (NEW, OLD):
            assert Webhook(secret).verify(got.body, got.headers)["type"] == "domain.verified"
        with pytest.raises(WebhookVerificationError):
            Webhook("whsec_b3RoZXJvdGhlcm90aGVyb3RoZXI=").verify(got.body, got.headers)
        assert got.headers["webhook-id"] == "msg_1"
        assert got.headers["content-type"] == "application/json"


HOSTILE: dict[str, tuple[Answer, int | None, str]] = {
    "error": (plain("500 Oops", "Retry-After: 120"), 500, ""),
    "gone": (plain("410 Gone"), 410, ""),
    "redirect-inside": (plain("307 Away", "Location: http://127.0.0.1:1/admin"), 307, ""),
    "hangs": (silent, None, "timeout"),
    "slams": (slammed, None, "disconnected"),
    "streams-for-ever": (endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536), 200, ""),
    "drips-headers": (endless(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", 0.02), None, "timeout"),
    "huge-headers": (endless(b"HTTP/1.1 200 OK\r\nX: ", b"a" * 65536), None, "malformed-answer"),
    "many-headers": (endless(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 1000), None, "malformed-answer"),
    "no-http": (endless(b"SSH-2.0-OpenSSH_9.2\r\n", b"\0" * 1000), None, "malformed-answer"),
    "bomb": (plain("200 OK", "Content-Encoding: gzip", body="\x1f\x08" * 400), 200, ""),
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_whatever_a_receiver_does_is_how_the_try_ended(kind: str) -> None:
    answer, status, trouble = HOSTILE[kind]
    limit = FAST if trouble == "timeout" else ENOUGH
    async with receiving(answer) as receiver, Poster.open(allow_private=True, total=limit) as poster:
        begun = time.monotonic()
        tried = await poster.post(receiver.url(), message(), [NEW])
        assert (tried.status, tried.trouble) == (status, trouble)
        assert time.monotonic() - begun < ENOUGH
        assert len(receiver.got) == 1
        assert tried.taken is (status == 200)
        assert tried.gone is (kind == "gone")
        assert tried.retry_after == (120 if kind == "error" else None)


async def test_a_stranger_that_hangs_does_not_keep_others_waiting() -> None:
    async with receiving(silent) as bad, receiving(plain("200 OK")) as good, Poster.open(allow_private=True) as poster:
        hanging = [asyncio.create_task(poster.post(bad.url(), message(), [NEW])) for _ in range(40)]
        await asyncio.sleep(0.05)
        assert (await asyncio.wait_for(poster.post(good.url(), message(), [NEW]), 10)).taken
        assert bad.connections <= 32
        for each in hanging:
            each.cancel()


class Rebinding(AbstractResolver):
    """A stranger's DNS: public at first, inside from then on."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
        address = self.answers.pop(0)
        return [ResolveResult(hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing is held."""


INSIDE = ["127.0.0.1", "127.1", "0x7f.0.0.1", "2130706433", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]"]
NOT_CANONICAL = {"127.1", "0x7f.0.0.1", "2130706433"}


@pytest.mark.parametrize("host", INSIDE)
async def test_no_way_of_writing_an_inner_address_is_connected_to(host: str) -> None:
    async with receiving(plain("200 OK")) as receiver, Poster.open(total=2) as poster:
        tried = await poster.post(receiver.url(host), message(), [NEW])
        assert (tried.status, tried.trouble) in {
            (None, each) for each in ("forbidden-address", "bad-url", "no-address")
        }
        assert tried.trouble == "forbidden-address" or host in NOT_CANONICAL
        assert receiver.connections == 0


async def test_a_name_that_moves_inside_after_it_was_looked_at_is_not_connected_to() -> None:
    """The resolver refuses what it sees; and were it deceived, the socket is not made."""
    async with receiving(plain("200 OK")) as receiver:
        guarded = targets.PublicResolver(Rebinding("8.8.8.8", "127.0.0.1"))
        assert (await guarded.resolve("hook.example"))[0]["host"] == "8.8.8.8"
        with pytest.raises(targets.ForbiddenTargetError):
            await guarded.resolve("hook.example")
        deceived = aiohttp.TCPConnector(resolver=Rebinding("127.0.0.1"), socket_factory=targets.public_socket)
        async with aiohttp.ClientSession(connector=deceived) as session:
            tried = await Poster(session).post(receiver.url("hook.example"), message(), [NEW])
        assert tried.trouble == "forbidden-address"
        assert receiver.connections == 0


class Names(asyncio.DatagramProtocol):
    """A stranger's name server: answers from a list, the last one for ever; "hang" is never answered."""

    def __init__(self, records: dict[tuple[str, str], list[str]]) -> None:
        self.records = records

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        name, type_ = query.question[0].name, dns.rdatatype.to_text(query.question[0].rdtype)
        if str(name).startswith("hang"):
            return
        told = self.records.get((str(name), type_), [])
        answer = dns.message.make_response(query)
        if told:
            answer.answer.append(dns.rrset.from_text(name, 0, "IN", type_, told.pop(0) if len(told) > 1 else told[0]))
        self.transport.sendto(answer.to_wire(), addr)


async def test_names_are_judged_by_all_that_the_dns_says_now() -> None:
    records = {
        ("good.example.", "A"): ["8.8.8.8"],
        ("good.example.", "AAAA"): ["2606:4700::1111"],
        ("half.example.", "A"): ["8.8.8.8"],
        ("half.example.", "AAAA"): ["fd00:ec2::254"],
        ("moves.example.", "A"): ["8.8.8.8", "169.254.169.254"],
    }
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: Names(records), ("127.0.0.1", 0))
    system = Resolver(configure=False)
    system.nameservers, system.port = ["127.0.0.1"], transport.get_extra_info("sockname")[1]
    resolver = targets.PublicResolver(targets.SystemResolver(system))
    hanging = [asyncio.create_task(resolver.resolve(f"hang{number}.example")) for number in range(100)]
    async with asyncio.timeout(4.5):  # a hundred names that never resolve hold nobody up
        good = {each["host"] for each in await resolver.resolve("good.example")}
        assert good == {"8.8.8.8", "2606:4700::1111"}
        assert [each["host"] for each in await resolver.resolve("moves.example")] == ["8.8.8.8"]
        for name in ("half.example", "moves.example"):
            with pytest.raises(targets.ForbiddenTargetError):
                await resolver.resolve(name)
        with pytest.raises(OSError, match="no address"):
            await resolver.resolve("none.example")
    for task in hanging:
        task.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)
    transport.close()


PUBLIC = ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
NOT_PUBLIC = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.100.100.200",
    "192.0.0.192",
    "0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    "240.0.0.1",
    "198.18.0.1",
    "192.0.2.1",
    "168.63.129.16",
    "::1",
    "::",
    "fe80::1",
    "fd00:ec2::254",
    "fc00::1",
    "ff02::1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:1::1",
    "::8.8.8.8",
    "2001:db8::1",
    "fec0::1",
]


def test_which_addresses_are_public() -> None:
    judged = {each: targets.is_public(ipaddress.ip_address(each)) for each in [*PUBLIC, *NOT_PUBLIC]}
    assert judged == dict.fromkeys(PUBLIC, True) | dict.fromkeys(NOT_PUBLIC, False)


REFUSED = [
    "http://hooks.example.com/",
    "ftp://hooks.example.com/",
    "file:///etc/passwd",
    "https://",
    "https://u:p@hooks.example.com/",
    "https://hooks.example.com:99999/",
    "https://[::1/",
    "https://hooks.example.com/\r\nHost: inside",
    "https://127.0.0.1/",
    "https://[fe80::1%25eth0]/",
    "https://hooks.example.com/" + "a" * 2048,
]


@pytest.mark.parametrize("url", REFUSED)
def test_a_url_that_no_webhook_goes_to_is_refused_when_it_is_registered(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        targets.read_target(url)
    assert refused.value.hint is not None
    assert refused.value.message.of("ja") != refused.value.message.of("en")


def test_a_target_is_kept_as_given_without_its_fragment() -> None:
    assert targets.read_target("https://hooks.example.com:8443/a?b=c#d") == "https://hooks.example.com:8443/a?b=c"


def test_tries_grow_for_a_day_and_listen_to_the_receiver() -> None:
    middle = [retries.next_try(attempt, 0.5) for attempt in range(1, 13)]
    assert middle[-2:] == [None, None]
    told = [each for each in middle if each is not None]
    assert told == sorted(told)
    assert 20 * 3600 < sum(told) < 24 * 3600
    late = [retries.next_try(attempt, 0.999999) or 0 for attempt in range(1, 11)]
    assert sum(late) + len(late) * posting.TOTAL < retries.LATEST
    assert retries.next_try(1, 0.0) != retries.next_try(1, 0.9)
    assert retries.next_try(1, 0.5, 60) == 60
    assert retries.next_try(1, 0.5, 10**6) == retries.LONGEST_WISH
    assert retries.next_try(8, 0.5, 1) == middle[7]
