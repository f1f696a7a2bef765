"""What the mail provider has to do once the records are right: start again, or look again. DNS alone verifies nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from unpend.model.errors import UnpendError
from unpend.model.plan import Change
from unpend.model.text import Text
from unpend.report.report import Report

RESTARTED = Text(
    en="{said} `unpend watch` waits for the end with you.", ja="{said} 完了までは `unpend watch` で待てます。"
)
RESTART_BY_HAND = Text(
    en="The provider has given up: start the verification again there. It does not do so by itself.",
    ja="事業者側の検証は打ち切られています。自動では再開されないため、事業者の画面で検証をやり直してください。",
)
RESTART_FAILED = Text(
    en="The records are right, but verification could not be started again at the provider: {why}",
    ja="レコードは正しく登録されましたが、事業者側の検証を再開できませんでした: {why}",
)
AWAITED = Text(
    en="The records are right; the provider's next look is awaited. `unpend watch` waits with you.",
    ja="レコードは正しく登録されました。あとは事業者の次の確認を待つだけです。完了までは `unpend watch` で待てます。",
)
VERIFIED = Text(en="The provider says: verified.", ja="事業者側でも検証済みです。")
NOT_YET = Text(
    en="The provider's next look comes too early while not every server shows the records.",
    ja="すべてのサーバーに反映されるまでは、事業者が確認しても検証は完了しません。",
)
Restart = Callable[[Report], tuple[Text, ...]]
DONE = "SUCCESS"


@dataclass(frozen=True, slots=True)
class ProviderStep:
    """`op`: "restart" or "await"; `done`: whether nothing is left to do there."""

    op: str
    done: bool
    message: Text


def restarts(profile: str | None, pause: float) -> dict[str, Restart]:
    """By the provider's id, who starts a verification again; with the account's credentials where they are needed."""

    def ses(report: Report) -> tuple[Text, ...]:
        from unpend.writers.ses import restart

        return restart(report.domain, region=report.case.expected.region, profile=profile, pause=pause).said

    return {"ses": ses}


def given_up(report: Report) -> bool:
    """Whether the provider looks no more until it is told to."""
    return any(step.op == "restart-verification" for step in report.plan.then)


def provider_step(report: Report, known: Mapping[str, Restart]) -> ProviderStep:
    """Start again at a provider that has given up, once its records are right; never before (it would fail again)."""
    if any(isinstance(change, Change) for change in report.plan.changes):
        return ProviderStep("await", False, NOT_YET)
    if not given_up(report):
        return _awaited(report)
    restart = known.get(report.case.expected.provider or "")
    if restart is None:
        return ProviderStep("restart", False, RESTART_BY_HAND)
    try:
        said = restart(report)
    except UnpendError as error:
        return ProviderStep("restart", False, RESTART_FAILED.fill(why=error.message))
    return ProviderStep("restart", True, RESTARTED.fill(said=said))


def _awaited(report: Report) -> ProviderStep:
    view = report.case.expected.view
    if view and view.dkim_status == DONE and view.verification_status in {DONE, None}:
        return ProviderStep("await", True, VERIFIED)
    return ProviderStep("await", False, AWAITED)
