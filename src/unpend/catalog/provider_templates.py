"""What each mail provider makes people publish: one TOML file a provider in `templates/`, read when it is asked for."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from unpend.catalog.tables import table, text
from unpend.model.text import Text


@dataclass(frozen=True, slots=True)
class Parameter:
    """What only the user's account knows: what it is, where it is shown, what it looks like.

    `pattern` is a regular expression for the whole value; `default` is what most accounts have, "" where there is none.
    """

    name: str
    what: Text
    where: Text
    example: str
    pattern: str
    default: str

    def accepts(self, value: str) -> bool:
        """Whether a value can be this parameter's."""
        return re.fullmatch(self.pattern, value, re.IGNORECASE) is not None


@dataclass(frozen=True, slots=True)
class TemplateRecord:
    """One record. `{parameter}`, `{domain}` and `{dashes}` (the domain with dashes for dots) are places to fill.

    `name` is relative to the domain, "@" the domain itself. Several `values` are alternatives; the first stands alone
    once its parameters are given.
    """

    purpose: str
    name: str
    type: str
    values: tuple[str, ...]
    required: bool
    verified: bool


@dataclass(frozen=True, slots=True)
class Template:
    """One provider's demand. `where` is where its panel shows the records; `after` what has to be done there then.

    `provider` is the id under which the catalogue recognises whose record stands somewhere.
    """

    id: str
    provider: str
    name: Text
    aliases: tuple[str, ...]
    where: Text
    after: Text | None
    parameters: tuple[Parameter, ...]
    records: tuple[TemplateRecord, ...]
    pitfalls: tuple[Text, ...]

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of this name."""
        return next((each for each in self.parameters if each.name == name), None)


@cache
def template_ids() -> tuple[str, ...]:
    """The ids of all providers that there is a template of, sorted."""
    names = (each.name for each in files(__package__).joinpath("templates").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def template_of(id_: str) -> Template | None:
    """The template of this id; names outside the list are not looked for on the disk."""
    if id_ not in template_ids():
        return None
    held = tomllib.loads(files(__package__).joinpath("templates", f"{id_}.toml").read_text(encoding="utf-8"))
    return Template(
        id=id_,
        provider=held.get("provider", id_),
        name=text(held["name"]),
        aliases=tuple(held.get("aliases", ())),
        where=text(held["where"]),
        after=text(held["after"]) if "after" in held else None,
        parameters=tuple(_parameter(each, held["where"]) for each in held.get("parameter", ())),
        records=tuple(map(_record, held["record"])),
        pitfalls=tuple(map(text, held.get("pitfalls", ()))),
    )


def all_templates() -> tuple[Template, ...]:
    """Every template, by id."""
    return tuple(template for id_ in template_ids() if (template := template_of(id_)))


def template_named(name: str) -> Template | None:
    """The template of an id or another name of the provider, however it is written."""
    wanted = plain_name(name)
    exact = next((id_ for id_ in template_ids() if plain_name(id_) == wanted), None)
    if exact:
        return template_of(exact)
    return next((each for each in all_templates() if wanted in {plain_name(n) for n in names_of(each)}), None)


def names_of(template: Template) -> tuple[str, ...]:
    """Everything that the provider may be called."""
    return (template.id, template.name.en, *template.aliases)


def plain_name(name: str) -> str:
    """A name without what people write in different ways."""
    return re.sub(r"[^a-z0-9]+", "", name.lower())


def _parameter(own: dict[str, Any], where: Any) -> Parameter:
    """What many templates have in common stands in one table; the panel's page of records is where most are shown."""
    held = {"where": where, **table("template_parameters.toml").get(own["name"], {}), **own}
    return Parameter(
        name=held["name"],
        what=text(held["what"]),
        where=text(held["where"]),
        example=held["example"],
        pattern=held["pattern"],
        default=held.get("default", ""),
    )


def _record(held: dict[str, Any]) -> TemplateRecord:
    return TemplateRecord(
        purpose=held["purpose"],
        name=held["name"],
        type=held["type"],
        values=tuple(held["values"]),
        required=held.get("required", True),
        verified=held.get("verified", True),
    )
