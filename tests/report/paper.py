"""Reports of worlds on paper, for tests of the renderings: always the same bytes."""

from __future__ import annotations

from world import TOKENS, Host, Paper, right, ses, two

from unpend.model.records import Outcome, Role
from unpend.report.report import Report, report_of

ZONE = "example.com."
DOUBLED = "\n".join(f"{t}._domainkey.{ZONE}{ZONE} CNAME {t}.dkim.amazonses.com." for t in TOKENS)


def of(*hosts: Host) -> Report:
    case = Paper([*hosts], ses()).case()
    return report_of(case.expected, case.observation)


def godaddy(text: str) -> list[Host]:
    names = ("ns01.domaincontrol.com.", "ns02.domaincontrol.com.")
    return [Host(name, text, mname=names[0]) for name in names]


def doubled() -> Report:
    return of(*godaddy(DOUBLED))


def healthy() -> Report:
    return of(*two(right()))


def silent() -> Report:
    return of(*two("", does=Outcome.TIMEOUT))


def waiting() -> Report:
    return of(*two(right()), Host("resolver", "", role=Role.RESOLVER, address="203.0.113.53", zone="", aa=False))


def hostile(content: str) -> Report:
    """A zone whose TXT beside the wanted names is whatever an attacker likes."""
    return of(*two(f"{TOKENS[0]}._domainkey.{ZONE} TXT {content}"))


ALL = {"doubled": doubled, "healthy": healthy, "silent": silent, "waiting": waiting}
