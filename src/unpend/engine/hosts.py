"""Which writer reaches the DNS host of a zone: the one that was named, or the one that the environment has keys for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from unpend.catalog.dns_hosts import host_of
from unpend.model.errors import UsageError
from unpend.model.text import Text
from unpend.writers.contract import Writer
from unpend.writers.lexicon_hosts import HOSTS, PROVIDER_NAMES

NO_WRITER = Text(
    en="There is no way to edit the zones of {host} from here.",
    ja="{host} のゾーンをここから編集する方法がありません。",
)
NO_WRITER_HINT = Text(
    en="Make the edits in its panel (`--as text`), hand them to whoever runs the DNS (`--as message`), or name a writer with "
    "--via: {names}.",
    ja="管理画面で編集するか（`--as text`）、DNS の担当者に渡すか（`--as message`）、--via で書き込み方法を指定してください: {names}",
)
Environment = Mapping[str, str]


def _route53(environment: Environment, nameservers: Sequence[str]) -> Writer:
    from unpend.writers.route53 import Route53

    return Route53(nameservers)


def _rfc2136(environment: Environment, nameservers: Sequence[str]) -> Writer:
    from unpend.writers.rfc2136 import Rfc2136

    return Rfc2136.from_environment(environment)


def _powerdns(environment: Environment, nameservers: Sequence[str]) -> Writer:
    from unpend.writers.powerdns import PowerDns

    return PowerDns.from_environment(environment)


def _lexicon(environment: Environment, nameservers: Sequence[str]) -> Writer:
    from unpend.writers.lexicon import Lexicon

    known = host_of(nameservers)
    return Lexicon.from_environment(environment, known.id if known else "")


WRITERS: dict[str, Callable[[Environment, Sequence[str]], Writer]] = {
    "route53": _route53,
    "rfc2136": _rfc2136,
    "powerdns": _powerdns,
    "lexicon": _lexicon,
}
SIGNS = {"powerdns": "PDNS_API_URL", "rfc2136": "RFC2136_NAMESERVER", "lexicon": PROVIDER_NAMES[0]}


def writer_for(via: str | None, host: str, nameservers: Sequence[str], environment: Environment) -> tuple[str, Writer]:
    """The writer and its name: the one given; by the environment's settings; by the recognised DNS host (its id)."""
    told = next((name for name, variable in SIGNS.items() if environment.get(variable)), None)
    name = via or told or (host if host in WRITERS else "lexicon" if host in HOSTS else None)
    if name is None:
        raise UsageError(NO_WRITER.fill(host=host or nameservers), NO_WRITER_HINT.fill(names=tuple(WRITERS)))
    return name, WRITERS[name](environment, nameservers)
