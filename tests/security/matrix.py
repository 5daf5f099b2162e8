"""Every address of the product with the decision who may look at it and who may post to it.

The decisions are two tables for people to read: ``models.csv`` for the pages that every model has in the admin (a
letter each who may see, add, change, delete), ``addresses.csv`` for all others. Letters are those of ``world.PEOPLE``;
``-`` is nobody, ``*`` everybody, ``login`` what a stranger needs for coming in and going; ``token read`` a key to the
API with that scope; ``signed`` a provider's proof, ``inside`` the machine itself. A superuser (S) is named where even
he may or may not. What belongs to one person (an export, a view of one's own) is the superuser's here.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver

_HERE = Path(__file__).parent
# What the pages that every model has ask for: the column of ``models.csv`` to look and the one to post.
_STANDARD = {
    "": ("view", "view"),
    "add/": ("add", "add"),
    "<path:object_id>/history/": ("view", "view"),
    "<path:object_id>/delete/": ("delete", "delete"),
    "<path:object_id>/change/": ("view", "change"),
}


@dataclass(frozen=True, slots=True)
class Decision:
    get: str
    post: str


def table(name: str) -> list[dict[str, str]]:
    with (_HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def addresses() -> list[str]:
    """Every pattern of the URL conf, once, as Django writes it."""
    return list(dict.fromkeys(_patterns(get_resolver())))


def _patterns(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for one in resolver.url_patterns:
        # Django lists every app in that one.
        address = re.sub(r"\(\?P<app_label>[^)]*\)", "<app_label>", before + str(one.pattern))
        if isinstance(one, URLResolver):
            yield from _patterns(one, address)
        elif isinstance(one, URLPattern):
            yield address


def decisions() -> dict[str, Decision]:
    """What the tables say, by address; those of single addresses stand before those of models."""
    found = {}
    for row in table("models.csv"):
        before = f"admin/{row['model'].replace('.', '/')}/"
        for after, (get, post) in _STANDARD.items():
            found[before + after] = Decision(row[get], row[post])
        # Leads on to the page itself, whatever is there.
        found[f"{before}<path:object_id>/"] = Decision("NGLOEAS", "NGLOEAS")
    for row in table("addresses.csv"):
        found[row["address"]] = Decision(row["get"], row["post"])
    return found


def model_prefixes() -> dict[str, type]:
    return {f"admin/{model._meta.app_label}/{model._meta.model_name}/": model for model in admin.site._registry}


def filled(address: str, values: dict[str, str]) -> str:
    """A path that the pattern matches."""
    address = address.replace("([^/]+)", values["object_id"], 1).replace("([^/]+)", "x")
    address = re.sub(r"\^|\$", "", address)
    address = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda had: values[had[1]], address)
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda had: values[had[1]], address)
