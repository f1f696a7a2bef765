"""What the provider itself says, joined with what a file says: the source of expectations that needs credentials."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from unpend.diagnosis.compare import only_shape
from unpend.model.errors import ExpectationError
from unpend.model.expected import Expected, ExpectedRecord, ProviderView, Purpose
from unpend.model.names import absolute
from unpend.model.text import Text
from unpend.observer.ses import PAUSE, SesAnswer, ask_ses
from unpend.sources import merge, read_expected

ASKED = Text(en="SES in {region} was asked what it wants.", ja="必要なレコードを {region} の SES に問い合わせました。")
STRANGE = Text(
    en="What SES in {region} says cannot be read, and is left out: {why}",
    ja="{region} の SES の応答を読み取れないため、使いません: {why}",
)
SES_WINS = Text(
    en="What was given and what SES asks for now differ; what SES asks for is used.",
    ja="指定された内容と SES が現在求めている内容が異なるため、SES の内容を使います。",
)


def from_ses(
    domain: str,
    given: Expected | None = None,
    *,
    region: str | None = None,
    profile: str | None = None,
    every_region: bool = False,
    progress: Callable[[Text], None] = lambda _: None,
    pause: float = PAUSE,
) -> Expected:
    """What SES wants of the domain and says of it, beside what was given. Nothing is raised: trouble is a note."""
    name = absolute(domain)
    told = ask_ses(
        name.rstrip("."),
        region=region or (given.region if given else None),
        profile=profile,
        every_region=every_region,
        progress=progress,
        pause=pause,
    )
    return _joined(given, _seen(name, told))


def _seen(domain: str, told: SesAnswer) -> Expected:
    """The answer as what ought to be published, with the view."""
    if told.exists is None:
        return Expected(domain, notes=told.notes)
    if told.text is None or told.region is None:
        view = ProviderView(
            exists=False,
            searched=told.searched,
            unanswered=told.unanswered,
            asked_region=told.asked,
            asked_at=time.time(),
        )
        return Expected(domain, provider="ses", view=view, source="ses", notes=told.notes)
    try:
        expected = read_expected(told.text, domain, region=told.region)
    except ExpectationError as error:
        return Expected(domain, notes=(*told.notes, STRANGE.fill(region=told.region, why=error.message)))
    view = replace(
        expected.view or ProviderView(),
        exists=True,
        searched=told.searched,
        unanswered=told.unanswered,
        asked_region=told.asked,
        elsewhere=told.elsewhere,
        production=told.production,
        overriding=told.overriding,
        asked_at=time.time(),
    )
    notes = (ASKED.fill(region=told.region), *told.notes, *expected.notes[1:])
    return replace(expected, view=view, source="ses", notes=notes)


def _joined(given: Expected | None, seen: Expected) -> Expected:
    """Both together; SES's own word counts, and what only the file wants is said. A key that SES hides is the file's."""
    if given is None:
        return seen
    if seen.view is None or not seen.records:
        view = seen.view or given.view
        return replace(given, view=view, notes=(*given.notes, *seen.notes))
    own_keys = frozenset(r.name for r in seen.records if only_shape(r) and any(_same_set(r, g) for g in given.records))
    known = tuple(r for r in seen.records if r.name not in own_keys)
    same = tuple(r for r in given.records if _stands(r, known, own_keys))
    names = {record.name for record in seen.records}
    unwanted = tuple(r.name for r in given.records if r.required and r.purpose is Purpose.DKIM and r.name not in names)
    differs = len(same) < len(given.records)
    both = merge(replace(seen, records=known), replace(given, records=same, view=None, region=None, signing_zone=None))
    view = replace(both.view or seen.view, unwanted_names=unwanted)
    former = tuple(dict.fromkeys((*both.former_names, *unwanted)))
    notes = (*both.notes, SES_WINS) if differs else both.notes
    return replace(both, view=view, former_names=former, notes=notes)


def _same_set(a: ExpectedRecord, b: ExpectedRecord) -> bool:
    return (a.name, a.type) == (b.name, b.type)


def _stands(record: ExpectedRecord, known: tuple[ExpectedRecord, ...], own_keys: frozenset[str]) -> bool:
    """Whether what was given may stand beside what SES wants: DKIM and whatever SES names, only as SES has it."""
    other = next((each for each in known if _same_set(each, record)), None)
    if other is None:
        return record.purpose is not Purpose.DKIM or record.name in own_keys
    return frozenset(other.values) == frozenset(record.values)
