"""`unpend explain [CODE]`: the pages that stand beside the rules, and the topics."""

from __future__ import annotations

import difflib
import sys
from importlib import resources
from typing import Any, cast

import click

from unpend.cli.language import language, say
from unpend.model.errors import UsageError
from unpend.model.text import Lang, Text

PROVIDERS = "providers"
PROVIDER = "provider:"
TOPICS = ("pending", "how-ses-verifies", "dkim-and-spf", "last-resorts", "scenarios")
UNKNOWN = Text(en="There is no page {code}.", ja="{code} というページはありません。")
NEAR = Text(
    en="Did you mean {near}? `unpend explain` lists them all.",
    ja="{near} ではありませんか。一覧は `unpend explain` で表示できます。",
)


def command() -> click.Command:
    """The command, in the visitor's language."""
    return click.Command(
        "explain",
        callback=explain,
        params=[
            click.Argument(["code"], required=False),
            click.Option(["--lang"], type=click.Choice(["en", "ja"]), help=say("Language.", "言語です。")),
        ],
        help=say(
            "The page of a finding: what you see, why it happens, how unpend knows, how to fix it. Without CODE: the list.",
            "所見の説明ページを表示します（見え方、理由、見分け方、直し方）。CODE を省略すると一覧を表示します。",
        ),
    )


def explain(code: str | None, **given: Any) -> int:
    """Print one page, or the list."""
    lang: Lang = cast(Lang, given["lang"] or language())
    text = _asked(code, lang) if code else listing(lang)
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        sys.stdout.write(text)
    return 0


def _asked(code: str, lang: Lang) -> str:
    """The page of a code or a topic, the list of mail providers, or one of them."""
    from unpend.cli.explain_provider import provider_list, provider_page

    if code.lower() == PROVIDERS:
        return provider_list(lang)
    if code.lower().startswith(PROVIDER):
        return provider_page(code[len(PROVIDER) :], lang)
    return page(code, lang)


def listing(lang: Lang) -> str:
    """Every code by family, and the topics."""
    from unpend.diagnosis.rulebook import all_rules

    lines: list[str] = []
    family = ""
    for rule in sorted(all_rules(), key=lambda r: (r.family, r.code)):
        if rule.family != family:
            family = rule.family
            lines += ["", f"## {family}", ""]
        lines.append(f"- `{rule.code}`: {rule.title.of(lang)}")
    topics = (*TOPICS, PROVIDERS, PROVIDER + "NAME")
    lines += ["", "## " + Text("topics", "トピック").of(lang), "", *(f"- `{topic}`" for topic in topics)]
    return "\n".join(lines).strip() + "\n"


def page(code: str, lang: Lang) -> str:
    """The page of a code or a topic."""
    from unpend.diagnosis.rulebook import all_rules

    families = {rule.code: rule.family for rule in all_rules()}
    name = code.lower().replace("_", "-")
    suffix = ".ja.md" if lang == "ja" else ".md"
    root = resources.files("unpend.diagnosis")
    if name in families:
        return (root / "rules" / families[name].replace("-", "_") / (name.replace("-", "_") + suffix)).read_text(
            "utf-8"
        )
    if name in TOPICS:
        return (root / "topics" / (name + suffix)).read_text("utf-8")
    known = [*families, *TOPICS]
    near = difflib.get_close_matches(name, known, 3, 0.4) or ["record-missing"]
    raise UsageError(UNKNOWN.fill(code=code), NEAR.fill(near=near))
