"""One lab world with many domains: right ones, and ones broken in known ways; and the rows of a scan over them."""

from __future__ import annotations

from pathlib import Path

from unpend.lab import Lab, load_scenario
from unpend.lab.words import TOKENS

HEAD = """code = "ok"
title = { en = "Many domains", ja = "多数のドメイン" }
story = { en = "A platform's customers.", ja = "プラットフォームの顧客です。" }
"""
ZONE = '\n[[zone]]\nname = "{name}"\nhost = "{host}"\nrecords = """\n{records}"""\n'
RIGHT = "".join(f"{t}._domainkey CNAME {t}.dkim.amazonses.com.\n" for t in TOKENS)
DOUBLED = "".join(f"{t}._domainkey.{{name}} CNAME {t}.dkim.amazonses.com.\n" for t in TOKENS)
SWAPPED = "".join(f"{t}._domainkey CNAME {o}.dkim.amazonses.com.\n" for t, o in zip(TOKENS, TOKENS[::-1], strict=True))
KINDS = {
    "right": (RIGHT, "ok", ""),
    "swapped": (SWAPPED, "action_required", "swapped-targets"),
    "doubled": (DOUBLED, "action_required", "doubled-zone"),
    "missing": ("", "action_required", "record-missing"),
}
HOSTS = ("route53", "godaddy", "cloudflare")


def kinds_of(count: int) -> list[tuple[str, str]]:
    """Domain and kind: four of five are right."""
    broken = [kind for kind in KINDS if kind != "right"]
    return [(f"{k}{i}.com", k) for i in range(count) for k in ["right" if i % 5 else broken[i // 5 % len(broken)]]]


def world(folder: Path, count: int, *, port: int = 0) -> Lab:
    """The lab that holds all of them beside the scenario's own example.com."""
    text = [HEAD, ZONE.format(name="example.com", host="route53", records=RIGHT)]
    for number, (name, kind) in enumerate(kinds_of(count)):
        records = KINDS[kind][0].format(name=name)
        text.append(ZONE.format(name=name, host=HOSTS[number % len(HOSTS)], records=records))
    path = folder / "many.toml"
    path.write_text("".join(text), encoding="utf-8")
    return Lab(load_scenario(str(path)), port=port)


def csv_of(count: int) -> str:
    """The rows as CSV."""
    rows = [f"{name},{' '.join(TOKENS)},us-east-1" for name, _ in kinds_of(count)]
    return "\n".join(["domain,tokens,region", *rows]) + "\n"


def scan_flags(lab: Lab, folder: Path) -> list[str]:
    """What a scan needs to stay inside the lab."""
    (folder / "root.hints").write_text(lab.root_hints)
    resolvers = [word for address, port in lab.resolvers for word in ("--resolver", f"{address}:{port}")]
    return ["--root-hints", str(folder / "root.hints"), "--port", str(lab.port), *resolvers, "--timeout", "5"]
