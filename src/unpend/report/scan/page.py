"""The summary as one HTML page that stands alone: no script, nothing loaded, everything escaped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape

from unpend.model.text import Lang, Text
from unpend.report.escape import for_terminal
from unpend.report.scan.as_text import BAD, BY_CAUSE, UNKNOWN_NAME, VERDICTS, host_name, provider_name
from unpend.report.scan.changes import NOTHING, SAID, Changes, Kind
from unpend.report.scan.changes import TITLE as CHANGED
from unpend.report.scan.charts import COLOURS, bars, stacked
from unpend.report.scan.summary import ORDER, Summary, ranked

MOST = 20
TITLE = Text(en="Scan of {rows} domains", ja="{rows} 件のドメインのスキャン結果")
MADE = Text(en="unpend scan, {at}", ja="unpend scan、{at}")
VERDICT = Text(en="Verdict", ja="判定")
DOMAINS = Text(en="Domains", ja="件数")
SHARE = Text(en="Share", ja="割合")
CODE = Text(en="Code", ja="コード")
HOST = Text(en="DNS host", ja="DNS ホスト")
PROVIDER = Text(en="Provider", ja="サービス")
HOSTS = Text(en="DNS hosts of the diagnosed domains", ja="診断したドメインの DNS ホスト")
PROVIDERS = Text(en="Mail providers", ja="メール配信サービス")
LINE = Text(en="Line", ja="行")
WHY = Text(en="Why", ja="理由")
BEFORE = Text(en="Before", ja="前回")
AFTER = Text(en="Now", ja="今回")
DOMAIN = Text(en="Domain", ja="ドメイン")
HINT = Text(
    en="“unpend explain CODE” says what a cause means and how it is fixed; the result file has every domain's plan.",
    ja="原因の意味と直し方は「unpend explain コード」で確認できます。各ドメインの変更計画は結果ファイルにあります。",
)
ALL_WELL = Text(en="Every domain is right.", ja="すべてのドメインが正常です。")


def page(summary: Summary, lang: Lang, at: str, changes: Changes | None = None) -> str:
    """The whole page."""
    title = TITLE.fill(rows=f"{summary.rows:,}").of(lang)
    body = [
        f"<h1>{shown(title)}</h1><p class=made>{shown(MADE.fill(at=at).of(lang))}</p>",
        _verdicts(summary, lang),
        *([] if changes is None else [_changes(changes, lang)]),
        _causes(summary, lang),
        _table_of(HOSTS, HOST, [(host_name(i, lang), c) for i, c in ranked(summary.hosts)], lang, "hosts"),
        _table_of(
            PROVIDERS, PROVIDER, [(provider_name(i, lang), c) for i, c in ranked(summary.providers)], lang, "providers"
        ),
        _bad(summary, lang),
    ]
    return (
        HEAD.format(lang=lang, title=shown(title), style=STYLE) + "\n".join(filter(None, body)) + "\n</main></html>\n"
    )


def shown(text: str) -> str:
    """A stranger's words as text: no markup, no control characters, no turned direction."""
    return escape(for_terminal(text))


def _verdicts(summary: Summary, lang: Lang) -> str:
    rows = [
        [
            _swatch(v) + shown(VERDICTS[v].of(lang)),
            f"{summary.verdicts[v]:,}",
            f"{summary.verdicts[v] / summary.rows:.1%}",
        ]
        for v in ORDER
        if summary.verdicts[v]
    ]
    picture = stacked([("", summary.verdicts)], "verdicts")
    heads = [VERDICT.of(lang), DOMAINS.of(lang), SHARE.of(lang)]
    return _section(VERDICT.of(lang), picture, _table(heads, rows))


def _causes(summary: Summary, lang: Lang) -> str:
    causes = sorted(summary.causes.items(), key=lambda item: (-item[1], item[0]))
    if not causes:
        return f"<section><p>{shown(ALL_WELL.of(lang))}</p></section>" if set(summary.verdicts) == {"ok"} else ""
    rows = [[f"<code>{shown(code)}</code>", f"{count:,}"] for code, count in causes]
    table = _table([CODE.of(lang), DOMAINS.of(lang)], rows) + f"<p>{shown(HINT.of(lang))}</p>"
    return _section(BY_CAUSE.of(lang), bars(causes[:MOST], "causes"), table)


def _table_of(title: Text, name: Text, rows: Sequence[tuple[str, Counter[str]]], lang: Lang, salt: str) -> str:
    if not rows:
        return ""
    used = [v for v in ORDER if any(counts[v] for _, counts in rows)]
    heads = [name.of(lang), *(VERDICTS[v].of(lang) for v in used)]
    cells = [[shown(called), *(f"{counts[v]:,}" for v in used)] for called, counts in rows]
    legend = "".join(f"<span>{_swatch(v)}{shown(VERDICTS[v].of(lang))}</span>" for v in used)
    picture = f"<p class=legend>{legend}</p>" + stacked(rows[:MOST], salt)
    return _section(title.of(lang), picture, _table(heads, cells))


def _changes(changes: Changes, lang: Lang) -> str:
    if not changes.counts:
        return f"<section><h2>{shown(CHANGED.of(lang))}</h2><p>{shown(NOTHING.of(lang))}</p></section>"
    out = [f"<section><h2>{shown(CHANGED.of(lang))}</h2>"]
    heads = [DOMAIN.of(lang), BEFORE.of(lang), AFTER.of(lang)]
    for kind in Kind:
        if count := changes.counts[kind]:
            none = UNKNOWN_NAME.of(lang) if kind not in (Kind.CAME, Kind.WENT) else "–"
            rows = [
                [shown(c.domain), shown(str(c.before or none)), shown(str(c.after or none))]
                for c in changes.first[kind]
            ]
            out.append(f"<h3>{shown(SAID[kind].of(lang))}: {count:,}</h3>{_table(heads, rows)}")
    return "".join(out) + "</section>"


def _bad(summary: Summary, lang: Lang) -> str:
    if not summary.bad:
        return ""
    rows = [[f"{line:,}", shown(why)] for line, why in summary.bad]
    return f"<section><h2>{shown(BAD.of(lang))}</h2>{_table([LINE.of(lang), WHY.of(lang)], rows)}</section>"


def _section(title: str, picture: str, table: str) -> str:
    figure = f'<figure role=img aria-label="{shown(title)}">{picture}</figure>'
    return f"<section><h2>{shown(title)}</h2>{figure}{table}</section>"


def _table(heads: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells are HTML already; heads are not."""
    head = "".join(f"<th scope=col>{shown(name)}</th>" for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _swatch(verdict: str) -> str:
    return f'<i style="background:{COLOURS[verdict]}"></i>'


HEAD = """<!doctype html>
<html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title><style>{style}</style><main>
"""
STYLE = """
:root{color-scheme:light;font:16px/1.55 system-ui,-apple-system,"Segoe UI","Hiragino Sans","Yu Gothic UI",Meiryo,"Noto Sans CJK JP",sans-serif}
body{margin:0;background:#f4f5f7;color:#1b1f24}main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 3rem}
h1{font-size:1.6rem;margin:.2rem 0}h2{font-size:1.15rem;margin:0 0 .6rem}h3{font-size:1rem;margin:1rem 0 .3rem}
.made{color:#57606a;margin:0 0 1rem}section{background:#fff;border:1px solid #d8dee4;border-radius:8px;padding:1rem 1.2rem;margin:0 0 1rem}
figure{margin:0 0 .6rem;overflow-x:auto}svg{max-width:100%;height:auto;display:block}
svg text{font-family:system-ui,-apple-system,"Segoe UI","Hiragino Sans","Yu Gothic UI",Meiryo,"Noto Sans CJK JP",sans-serif!important}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th{color:#57606a;font-weight:600;text-align:left}
th,td{padding:.3rem .7rem .3rem 0;border-bottom:1px solid #eaeef2;vertical-align:top;overflow-wrap:anywhere}
td:not(:first-child):not(:last-child),th:not(:first-child):not(:last-child){min-width:4rem}
i{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:.45em}.legend span{margin-right:1.2em;white-space:nowrap}
.legend{margin:0 0 .3rem}code{font-size:.95em}
"""
