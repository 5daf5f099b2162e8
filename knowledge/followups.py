"""Texts for leads who went quiet: steps by class and hours, and how names are put into them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NAMES = ("nome", "produto", "empresa")
_PLACE = re.compile(r"(?P<before>,? ?)\{(?P<name>\w+)\}")


@dataclass(frozen=True, slots=True)
class Step:
    """One rule as a value; ``template`` is empty where only the text exists."""

    temperature: str
    after_h: int
    text: str
    template: str = ""
    language: str = "pt_BR"
    values: str = ""


def step(rules: Sequence[Step], temperature: str, number: int) -> Step | None:
    """The step ``number`` (from 0) of a class, None when all were taken. ``rules`` are in the order of their hours."""
    own = [rule for rule in rules if rule.temperature == temperature]
    return own[number] if number < len(own) else None


def render(text: str, known: Mapping[str, str]) -> str:
    """The text with what is known; a name that is not takes the comma and the space before it along."""
    return _PLACE.sub(lambda found: found["before"] + known[found["name"]] if known.get(found["name"]) else "", text)


def values(template_values: str, known: Mapping[str, str]) -> list[str] | None:
    """What goes into a template, in its order; None when one of them is not known: a template has no empty places."""
    wanted = [part.strip() for part in template_values.split(",") if part.strip()]
    found = [render(part, known) for part in wanted]
    return found if all(found) else None


def unknown_names(text: str) -> list[str]:
    """What is written as a place for a name and is none."""
    return [found["name"] for found in _PLACE.finditer(text) if found["name"] not in NAMES]
