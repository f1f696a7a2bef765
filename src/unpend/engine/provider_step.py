"""What the mail provider has to do once the records are right: start again, or look again. DNS alone verifies nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from unpend.model.errors import UnpendError
from unpend.model.text import Text
from unpend.report.report import Report
from unpend.report.verdict import Verdict

RESTARTED = Text(
    en="Verification was started again at the provider; `unpend watch` waits for it with you.",
    ja="事業者側の検証を再開しました。完了までは `unpend watch` で待てます。",
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
Restart = Callable[[Report], None]
# By the provider's id; whoever can start a verification again enters it here.
RESTARTS: dict[str, Restart] = {}
DONE = "SUCCESS"


@dataclass(frozen=True, slots=True)
class ProviderStep:
    """`op`: "restart" or "await"; `done`: whether nothing is left to do there."""

    op: str
    done: bool
    message: Text


def provider_step(report: Report, restarts: Mapping[str, Restart] = RESTARTS) -> ProviderStep:
    """Start again at a provider that has given up, once its records are right; never before (it would fail again)."""
    if report.verdict is not Verdict.OK and report.plan.changes:
        return ProviderStep("await", False, NOT_YET)
    if not any(step.op == "restart-verification" for step in report.plan.then):
        return _awaited(report)
    restart = restarts.get(report.case.expected.provider or "")
    if restart is None:
        return ProviderStep("restart", False, RESTART_BY_HAND)
    try:
        restart(report)
    except UnpendError as error:
        return ProviderStep("restart", False, RESTART_FAILED.fill(why=error.message))
    return ProviderStep("restart", True, RESTARTED)


def _awaited(report: Report) -> ProviderStep:
    view = report.case.expected.view
    if view and view.dkim_status == DONE and view.verification_status in {DONE, None}:
        return ProviderStep("await", True, VERIFIED)
    return ProviderStep("await", False, AWAITED)
