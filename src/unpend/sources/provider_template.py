"""What a mail provider wants by its template: the catalogue knows the records, the user the parts of the own account."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence

from unpend.catalog import Parameter, Template, TemplateRecord, all_templates, names_of, template_named
from unpend.model.errors import ExpectationError
from unpend.model.expected import Expected, ExpectedRecord, Purpose
from unpend.model.names import absolute, under
from unpend.model.shapes import is_shape
from unpend.model.text import Text
from unpend.sources.naming import is_name
from unpend.sources.rows import ses_region, ses_zone
from unpend.sources.words import plain, short

LONGEST = 4000
_PLACE = re.compile(r"\{(\w+)\}")
UNKNOWN_PROVIDER = Text(
    en="There is no template for the provider {name}.", ja="事業者 {name} のテンプレートはありません。"
)
NEAR = Text(
    en="Did you mean {near}? `unpend explain providers` lists them all.",
    ja="{near} ではありませんか。一覧は `unpend explain providers` で表示できます。",
)
NOT_A_PAIR = Text(
    en="--set takes KEY=VALUE, not {given}.", ja="--set は KEY=VALUE の形で指定します（{given} は使えません）。"
)
UNKNOWN_PARAMETER = Text(
    en="{provider} has no parameter {name}.", ja="{provider} に {name} というパラメーターはありません。"
)
PARAMETERS = Text(en="It takes: {known}.", ja="指定できるのは {known} です。")
NO_PARAMETERS = Text(en="It takes none.", ja="パラメーターはありません。")
NOT_ACCEPTED = Text(
    en="{value} cannot be {name} of {provider}, which is {what}, for example {example}.",
    ja="{value} は {provider} の {name} として使えません（{what}。例: {example}）。",
)
MISSING = Text(
    en="{provider} needs {missing} to know the records' names.",
    ja="{provider} のレコード名を決めるには {missing} が必要です。",
)
FOUND_AT = Text(
    en="--set {name}=… is {what}. Where to find it: {where}.", ja="--set {name}=… は{what}です。確認できる場所: {where}"
)
READ_AS = Text(
    en="What ought to be published comes from the template of {provider} (`unpend explain provider:{id}`).",
    ja="あるべきレコードは {provider} のテンプレートによるものです（`unpend explain provider:{id}`）。",
)
ONLY_SHAPES = Text(
    en="Of {names} only the form of the value is known. Give {settings} to have the values themselves compared; the panel shows them: {where}.",
    ja="{names} は値の形式しか分かりません。値そのものを照合するには {settings} を指定してください。表示される場所: {where}",
)
FORM_ONLY = Text(
    en="Of {names} only the form of the value is known; compare it with what the panel shows: {where}.",
    ja="{names} は値の形式しか分かりません。画面の表示と照合してください。表示される場所: {where}",
)
UNCONFIRMED = Text(
    en="That {provider} wants {names} like this is not confirmed by any source of ours: compare with what its panel shows ({where}).",
    ja="{provider} が {names} をこの内容で求めることは、資料で確認できていません。画面の表示（{where}）と照合してください。",
)


def from_template(domain: str, provider: str, settings: Sequence[str] | Mapping[str, str] = ()) -> Expected:
    """What the provider wants of this domain. `settings` are the template's parameters, as "KEY=VALUE" or as a mapping.

    ExpectationError says which provider, parameter or value it cannot use, and where the right one is shown.
    """
    domain = absolute(domain)
    template = named_template(provider)
    given = _accepted(template, _pairs(settings))
    _refuse_missing(template, given)
    places = {"domain": plain(domain), "dashes": plain(domain).replace(".", "-"), **given}
    records = tuple(record for each in template.records if (record := _record(each, places, domain)))
    zone, region = ses_zone(records), ses_region(records)
    notes = tuple(_notes(template, given, records))
    return Expected(domain, records, template.provider, region, zone, source="provider-template", notes=notes)


def named_template(provider: str) -> Template:
    """The template of a provider by any of its names; ExpectationError says which come near."""
    if found := template_named(provider[:100]):
        return found
    named = {name.lower(): each.id for each in all_templates() for name in names_of(each)}
    near = difflib.get_close_matches(provider[:100].lower(), named, 3, 0.5) or ["sendgrid", "google", "microsoft365"]
    hint = NEAR.fill(near=list(dict.fromkeys(named.get(name, name) for name in near)))
    raise ExpectationError(UNKNOWN_PROVIDER.fill(name=short(provider)), hint)


def _pairs(settings: Sequence[str] | Mapping[str, str]) -> dict[str, str]:
    if isinstance(settings, Mapping):
        return dict(settings)
    pairs: dict[str, str] = {}
    for given in settings:
        name, equals, value = given.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise ExpectationError(NOT_A_PAIR.fill(given=short(given)))
        pairs[name.strip()] = value
    return pairs


def _accepted(template: Template, pairs: Mapping[str, str]) -> dict[str, str]:
    """The parameters that are known: those given, checked, and the defaults of the others."""
    known = {each.name: each.default for each in template.parameters if each.default}
    for written, value in pairs.items():
        name = written.lower().replace("-", "_")
        parameter = template.parameter(name)
        if parameter is None:
            names = [each.name for each in template.parameters]
            hint = PARAMETERS.fill(known=names) if names else NO_PARAMETERS
            raise ExpectationError(UNKNOWN_PARAMETER.fill(provider=template.name, name=short(written)), hint)
        known[name] = _value(template, parameter, value)
    return known


def _value(template: Template, parameter: Parameter, given: str) -> str:
    """A value as it goes into the record: without quotes and spaces around it, a key without its other tags."""
    clean = given[:LONGEST].strip().strip("\"'").strip().rstrip(".")
    if parameter.name == "key":
        _, tag, rest = clean.rpartition("p=")
        clean = re.sub(r"[\s\"]+", "", rest.partition(";")[0] if tag else clean)
    if not parameter.accepts(clean):
        told = {"name": parameter.name, "what": parameter.what, "example": parameter.example}
        hint = FOUND_AT.fill(name=parameter.name, what=parameter.what, where=parameter.where)
        raise ExpectationError(NOT_ACCEPTED.fill(value=short(given), provider=template.name, **told), hint)
    return clean


def _refuse_missing(template: Template, given: Mapping[str, str]) -> None:
    """Without the name of a required record nothing can be asked; an unknown value has at least a shape."""
    wanted = dict.fromkeys(place for each in template.records if each.required for place in _PLACE.findall(each.name))
    missing = [parameter for place in wanted if place not in given and (parameter := template.parameter(place))]
    if missing:
        hints = [FOUND_AT.fill(name=each.name, what=each.what, where=each.where) for each in missing]
        said = Text(en=" ".join(h.of("en") for h in hints), ja=" ".join(h.of("ja") for h in hints))
        names = [f"--set {each.name}=…" for each in missing]
        raise ExpectationError(MISSING.fill(provider=template.name, missing=names), said)


def _record(each: TemplateRecord, places: Mapping[str, str], domain: str) -> ExpectedRecord | None:
    """The record of this domain; None for one that is optional and whose name is not known."""
    host = _filled(each.name, places)
    if is_shape(host):
        return None
    name = domain if host == "@" else under(host, domain)
    if not is_name(name):
        return None
    values = tuple(_modelled(each.type, _filled(value, places)) for value in each.values)
    if _PLACE.search(each.values[0]) and not is_shape(values[0]):
        values = values[:1]
    known = len(values) == 1 and not is_shape(values[0])
    return ExpectedRecord(
        Purpose(each.purpose), name, each.type, values, each.required, known=known, verified=each.verified
    )


def _filled(template: str, places: Mapping[str, str]) -> str:
    """What is not known becomes an unknown part of the value's shape."""
    return _PLACE.sub(lambda place: places.get(place[1], f"<{place[1]}>"), template)


def _modelled(type_: str, value: str) -> str:
    return absolute(value) if type_ in {"CNAME", "MX", "NS"} else value


def _notes(template: Template, given: Mapping[str, str], records: Sequence[ExpectedRecord]) -> Iterator[Text]:
    yield READ_AS.fill(provider=template.name, id=template.id)
    if shapes := [plain(r.name) for r in records if not r.known and r.required]:
        used = {place for each in template.records for value in each.values for place in _PLACE.findall(value)}
        open_ = [each.name for each in template.parameters if each.name in used and each.name not in given]
        settings = [f"--set {name}=…" for name in open_]
        note = ONLY_SHAPES if settings else FORM_ONLY
        yield note.fill(names=shapes, settings=settings, where=template.where)
    if doubted := [plain(r.name) for r in records if not r.verified and r.required]:
        yield UNCONFIRMED.fill(provider=template.name, names=doubted, where=template.where)
