"""The first sentence of a report and the one that says what to do next."""

from __future__ import annotations

from unpend.diagnosis.case import Case
from unpend.diagnosis.diagnose import Diagnosis
from unpend.model.names import under
from unpend.model.plan import Plan
from unpend.model.text import Text
from unpend.report.verdict import Verdict

OK = Text(
    en="{domain}: every record is right at all {servers} name servers and at the resolvers.",
    ja="{domain}: すべてのレコードが {servers} 台のネームサーバーとリゾルバーで正しく見えています。",
)
OK_BUT_PENDING = Text(
    en="If the provider still says pending, it has not looked since: nothing has to be changed.",
    ja="それでも保留と表示される場合は、事業者側がまだ確認していないだけです。変更は必要ありません。",
)
WAITING = Text(
    en="{domain}: nothing has to be changed; only time is missing.",
    ja="{domain}: 変更は必要ありません。あとは時間が経つのを待つだけです。",
)
WAITING_FOR = Text(
    en="{domain}: nothing has to be changed; only time is missing. {cause}",
    ja="{domain}: 変更は必要ありません。あとは時間が経つのを待つだけです。{cause}",
)
NOTHING_KNOWN = Text(
    en="{domain}: it is not known which records ought to be there, so only what DNS shows by itself was checked. {below}",
    ja="{domain}: どのレコードがあるべきか分からないため、DNS だけで分かることを確認しました。{below}",
)
SOMETHING_BELOW = Text(
    en="Something exists under {name}; whether it is what the provider wants cannot be told.",
    ja="{name} の配下には何かが存在しますが、事業者が求めるものかどうかは判断できません。",
)
NOTHING_BELOW = Text(
    en="Nothing exists under {name}: no DKIM record is published there.",
    ja="{name} の配下には何もありません。DKIM のレコードは 1 つも登録されていません。",
)
BELOW_UNHEARD = Text(
    en="Whether anything exists under {name} was not heard.",
    ja="{name} の配下に何かがあるかどうかは、応答が得られず分かりませんでした。",
)
TELL_US = Text(
    en="Give what the provider asked for with --expect FILE or three --dkim-token, then the records can be checked.",
    ja="事業者が求めている内容を --expect FILE、または 3 つの --dkim-token で指定すると、レコードを確認できます。",
)
UNKNOWN = Text(
    en="{domain}: could not determine. Too little was heard from the name servers: {names}",
    ja="{domain}: 判定できませんでした。ネームサーバーから十分な応答が得られていません: {names}",
)
TRY_AGAIN = Text(
    en="Silence proves nothing: try again, from another network if you can, or with a longer --timeout.",
    ja="応答がないことは何の証拠にもなりません。時間をおくか、別のネットワークから、または --timeout を延ばして再度お試しください。",
)
LOOK_AT_THE_PLAN = Text(
    en="Make the changes of the plan in the order in which they stand, then check again.",
    ja="表示された変更を上から順に行い、もう一度確認してください。",
)
FOLLOW_THE_CAUSE = Text(
    en="`unpend explain {code}` says how to fix it.", ja="直し方は `unpend explain {code}` で確認できます。"
)


def message_of(case: Case, diagnosis: Diagnosis, verdict: Verdict) -> Text:
    """One sentence: the verdict, or the root cause."""
    domain = case.domain.rstrip(".")
    if verdict is Verdict.ACTION_REQUIRED:
        return diagnosis.errors[0].message
    if verdict is Verdict.OK:
        return OK.fill(domain=domain, servers=len(case.live_servers(case.zone)))
    if verdict is Verdict.WAITING:
        waits = [f for f in diagnosis.causes if f.keeps_waiting]
        return WAITING_FOR.fill(domain=domain, cause=waits[0].message) if waits else WAITING.fill(domain=domain)
    if not case.expected.required:
        return NOTHING_KNOWN.fill(domain=domain, below=below_domainkey(case))
    return UNKNOWN.fill(domain=domain, names=diagnosis.undetermined or case.domain)


def below_domainkey(case: Case) -> Text:
    """Whether anything lives under `_domainkey`, wildcards left out: what DNS alone can tell."""
    name = under("_domainkey", case.domain)
    exists = case.exists(name)
    if exists and case.exists(case.sibling(name)) is not False:
        exists = None
    text = BELOW_UNHEARD if exists is None else SOMETHING_BELOW if exists else NOTHING_BELOW
    return text.fill(name=name)


def hint_of(case: Case, diagnosis: Diagnosis, verdict: Verdict, plan: Plan) -> Text | None:
    """What to do next, in one sentence; None where nothing is to be done."""
    if verdict is Verdict.ACTION_REQUIRED:
        return LOOK_AT_THE_PLAN if plan.changes else FOLLOW_THE_CAUSE.fill(code=diagnosis.errors[0].code)
    if verdict is Verdict.UNKNOWN:
        return TRY_AGAIN if case.expected.required else TELL_US
    view = case.expected.view
    pending = view is not None and "PENDING" in {view.verification_status, view.dkim_status}
    told = any(finding.family == "provider" for finding in diagnosis.causes)
    return OK_BUT_PENDING if verdict is Verdict.OK and pending and not told else None
