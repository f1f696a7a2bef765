"""The house rules that a program can check: sizes, pages, scenarios, names, both languages, and no circle."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from unpend.diagnosis import rules as rules_package
from unpend.diagnosis.rulebook import all_rules, explained_by
from unpend.lab import load_scenario, scenario_names

SOURCE = Path(__file__).parent.parent / "src" / "unpend"
RULES = Path(rules_package.__path__[0])
CODES = [rule.code for rule in all_rules()]
FAMILIES = {
    "absent": "record-missing wrong-dns-host two-hosted-zones shadow-zone records-lost-in-migration private-zone-only "
    "foreign-zone-name stale-names zone-not-active",
    "wrong-name": "doubled-zone apex-host missing-domainkey-label missing-token dot-lost underscore-stripped selector-typo "
    "subdomain-dropped subdomain-extra www-host target-as-name literal-in-name",
    "wrong-type": "wrong-type proxied-cname flattened-cname",
    "wrong-value": "wrong-target doubled-target swapped-targets wrong-region-target stale-target other-provider-target "
    "name-as-target garbage-in-value placeholder-in-value",
    "conflict": "cname-beside-other-data multiple-cnames multiple-txt-at-selector wildcard-masks wildcard-revocation "
    "dname-above cname-at-apex",
    "delegation": "domain-not-registered domain-on-hold domain-expired registrant-unverified domain-parked lame-delegation "
    "nameserver-unreachable nameserver-unresolvable glue-mismatch mixed-nameserver-sets delegation-pending "
    "child-zone-hides-record",
    "dnssec": "dnssec-broken dnssec-broken-above",
    "transport": "edns-broken tcp-broken case-not-preserved txt-query-fails answers-differ-by-place rate-limited "
    "our-network-blocked",
    "key": "key-truncated key-in-two-records key-cut-at-semicolon key-escaped key-quoted key-strings-out-of-order key-mismatch "
    "key-revoked key-malformed key-too-weak",
    "mail-from": "mailfrom-mx-missing mailfrom-mx-wrong-region mailfrom-mx-several mailfrom-spf-missing "
    "mailfrom-receives-mail mailfrom-not-started",
    "provider": "provider-not-rechecked provider-saw-old-host verification-expired verification-revoked wrong-region identity-missing "
    "tokens-changed signing-disabled key-not-enabled sandbox identity-overridden authentication-not-started replica-broken",
    "policy": "spf-missing spf-multiple spf-syntax spf-too-many-lookups spf-void-lookups spf-include-missing spf-permissive "
    "dmarc-missing dmarc-multiple dmarc-wrong-name dmarc-syntax dmarc-unaligned dmarc-report-unauthorised",
    "propagation": "secondary-lag zone-not-reloaded negative-cached old-value-cached publish-delay ttl-too-high",
}
SECTIONS = {
    ".md": ["What you see", "Why it happens", "How unpend knows", "How to fix it", "References"],
    ".ja.md": ["見え方", "なぜ起きるか", "unpend の見分け方", "直し方", "参考"],
}


def test_every_code_of_the_families_has_its_rule() -> None:
    wanted = {(family, code) for family, codes in FAMILIES.items() for code in codes.split()}
    assert {(rule.family, rule.code) for rule in all_rules()} == wanted


def test_file_code_and_family_have_one_name() -> None:
    files = {p.relative_to(RULES).with_suffix("").as_posix() for p in RULES.rglob("*.py") if p.name != "__init__.py"}
    assert files == {f"{rule.family}/{rule.code}".replace("-", "_") for rule in all_rules()}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("suffix", SECTIONS)
def test_every_finding_has_its_page(code: str, suffix: str) -> None:
    page = next(RULES.rglob(code.replace("-", "_") + suffix))
    assert re.findall(r"^## (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE) == SECTIONS[suffix]


def test_every_finding_has_a_scenario() -> None:
    told = [load_scenario(name) for name in scenario_names()]
    assert {code for scenario in told for code in (scenario.code, *scenario.also)} >= set(CODES)


def test_explanations_name_codes_and_have_no_circle() -> None:
    explains = {rule.code: explained_by(rule.code) for rule in all_rules()}
    known = set(explains)
    assert {code: sorted(named - known) for code, named in explains.items() if named - known} == {}

    def below(code: str, path: tuple[str, ...]) -> None:
        assert code not in path, " -> ".join((*path, code))
        for consequence in explains[code]:
            below(consequence, (*path, code))

    for code in explains:
        below(code, ())


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def texts() -> Iterator[tuple[str, str, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
                given = {k.arg: k.value for k in node.keywords}
                en, ja = given.get("en"), given.get("ja")
                if isinstance(en, ast.Constant) and isinstance(ja, ast.Constant):
                    yield f"{path.name}:{node.lineno}", str(en.value), str(ja.value)


def test_both_languages_have_the_same_places() -> None:
    assert [where for where, en, ja in texts() if places(en) != places(ja) or not en or not ja] == []


def functions() -> Iterator[tuple[str, int]]:
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
                yield f"{path.relative_to(SOURCE)}:{node.name}", (node.end_lineno or 0) - body[0].lineno + 1


def test_functions_and_files_stay_small() -> None:
    assert [f"{name}: {size}" for name, size in functions() if size > 30] == []
    lines = {path: path.read_text(encoding="utf-8").count("\n") for path in SOURCE.rglob("*.py")}
    assert [f"{path}: {count}" for path, count in lines.items() if count > 300] == []
