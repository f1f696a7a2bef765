"""`unpend explain providers` and `unpend explain provider:NAME`: what the catalogue knows of mail providers."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.catalog import Parameter, Template, TemplateRecord, all_templates
from unpend.model.text import Lang, Text
from unpend.sources.provider_template import named_template

LIST = Text(en="# Mail providers with a template", ja="# テンプレートのあるメール配信サービス")
SEE = Text(
    en="`unpend explain provider:NAME` shows one; `unpend check DOMAIN --provider NAME --set KEY=VALUE` uses it.",
    ja="`unpend explain provider:NAME` で内容を表示し、`unpend check DOMAIN --provider NAME --set KEY=VALUE` で使います。",
)
WHERE = Text(en="Where the panel shows the records: {where}.", ja="レコードが表示される場所: {where}")
RECORDS = Text(en="## Records", ja="## レコード")
PARAMETERS = Text(en="## Parameters (--set)", ja="## パラメーター（--set）")
PITFALLS = Text(en="## Pitfalls", ja="## 注意点")
AFTER = Text(en="## Afterwards", ja="## 登録したあと")
EXAMPLE = Text(en="## Example", ja="## 例")
OPTIONAL = Text(en="optional", ja="任意")
UNCONFIRMED = Text(en="not confirmed", ja="未確認")
OR = Text(en=" or ", ja=" または ")
ONE = Text(
    en="- `{name}`: {what}. Example: `{example}`. Shown at: {where}.",
    ja="- `{name}`: {what}。例: `{example}`。表示される場所: {where}",
)
ONE_WITH_DEFAULT = Text(
    en="- `{name}`: {what}; `{default}` unless given. Shown at: {where}.",
    ja="- `{name}`: {what}（省略時は `{default}`）。表示される場所: {where}",
)
DOUBTS = Text(
    en='Records marked "not confirmed" come from no source that could be checked; reports about them say so.',
    ja="「未確認」のレコードは資料で確認できていません。該当する報告にもその旨を表示します。",
)
PLACES = Text(
    en="Names are relative to the domain (`@`: the domain itself). Parts in braces are parameters, parts in angle brackets differ by account.",
    ja="名前はドメインからの相対で、`@` はドメイン自身です。波括弧の部分はパラメーター、山括弧の部分はアカウントごとに異なります。",
)


def provider_list(lang: Lang) -> str:
    """Every provider that there is a template of."""
    rows = [f"- `{each.id}`: {each.name.of(lang)}" for each in all_templates()]
    return "\n".join([LIST.of(lang), "", *rows, "", SEE.of(lang)]) + "\n"


def provider_page(name: str, lang: Lang) -> str:
    """One provider: its records, what it has to be told, and what goes wrong with it."""
    template = named_template(name.strip())
    lines = [f"# {template.name.of(lang)}", "", WHERE.fill(where=template.where).of(lang), ""]
    lines += [RECORDS.of(lang), "", PLACES.of(lang), "", *(_record(each, lang) for each in template.records)]
    if not all(each.verified for each in template.records):
        lines += ["", DOUBTS.of(lang)]
    if template.parameters:
        lines += ["", PARAMETERS.of(lang), "", *(_parameter(each, lang) for each in template.parameters)]
    if template.pitfalls:
        lines += ["", PITFALLS.of(lang), "", *(f"- {each.of(lang)}" for each in template.pitfalls)]
    if template.after:
        lines += ["", AFTER.of(lang), "", template.after.of(lang)]
    return "\n".join([*lines, "", EXAMPLE.of(lang), "", "    " + " ".join(_example(template))]) + "\n"


def _record(each: TemplateRecord, lang: Lang) -> str:
    values = OR.of(lang).join(f"`{value}`" for value in each.values)
    marks = [
        mark.of(lang) for mark, holds in ((OPTIONAL, not each.required), (UNCONFIRMED, not each.verified)) if holds
    ]
    told = f" ({', '.join(marks)})" if marks and lang == "en" else f"（{'、'.join(marks)}）" if marks else ""
    return f"- `{each.name}` {each.type} {values}{told}"


def _parameter(each: Parameter, lang: Lang) -> str:
    text = ONE_WITH_DEFAULT if each.default else ONE
    return text.fill(name=each.name, what=each.what, example=each.example, default=each.default, where=each.where).of(
        lang
    )


def _example(template: Template) -> Iterator[str]:
    yield f"unpend check example.com --provider {template.id}"
    yield from (f"--set '{each.name}={each.example}'" for each in template.parameters if not each.default)
