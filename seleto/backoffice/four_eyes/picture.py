"""What leads are told, as the tables have it at one moment, and what differs between two moments."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin
from django.db import models

from conversations.models import Handout
from knowledge.history_admin import label, said
from knowledge.models import (
    Article,
    CompanyProfile,
    FollowUpRule,
    Phrase,
    PricePolicy,
    Product,
    ProductAttribute,
    ProductPrice,
    PromptTrial,
    PromptVersion,
    PublishRun,
    SafetyRules,
    Synonym,
)

TOLD: tuple[type[models.Model], ...] = (
    Product,
    ProductAttribute,
    Article,
    Synonym,
    Phrase,
    PricePolicy,
    ProductPrice,
    SafetyRules,
    CompanyProfile,
    FollowUpRule,
    Handout,
)
# Where the program or the upload puts things, and who looks after an article: no lead hears of these.
_UNTOLD = {"seed_checksum", "seed_key", "updated_at", "created_at", "path", "reviewed_on", "review_by", "owner"}
NOTHING = "–"

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """``named``: its key is what people call it by, not a number that the database gives. ``only_new``: that it is
    there tells something, that it is gone does not. ``path``: the file that belongs to it."""

    kind: str
    name: str
    fields: dict[str, str]
    named: bool = True
    only_new: bool = False
    path: str = field(default="", compare=False)


def picture() -> dict[Key, Row]:
    """In a fixed number of statements."""
    found: dict[Key, Row] = {}
    for model in TOLD:
        linked = [one.name for one in model._meta.many_to_many]
        for row in model._default_manager.prefetch_related(*linked):
            found[model._meta.label_lower, str(row.pk)] = _row(model, row)
    return found | dict(_prompts())


def _row(model: type[models.Model], row: Any) -> Row:
    columns = [one for one in model._meta.concrete_fields if one.name not in _UNTOLD and _is_said(one)]
    fields = {label(model, one.name): said(one, getattr(row, one.attname)) for one in columns}
    for link in model._meta.many_to_many:
        others = sorted(str(one) for one in getattr(row, link.name).all())
        fields[label(model, link.name)] = ", ".join(others) or NOTHING
    pages = admin.site._registry.get(model)
    name = getattr(pages, "page_name", str)(row)
    return Row(str(model._meta.verbose_name), name, fields, _named(model), path=getattr(row, "path", ""))


def _is_said(column: Any) -> bool:
    return not column.primary_key or bool(column.editable and not isinstance(column, models.AutoField))


def _named(model: type[models.Model]) -> bool:
    """Single rows too: their key is always 1."""
    key = model._meta.pk
    return isinstance(key, models.PositiveSmallIntegerField) or _is_said(key)


def _prompts() -> Iterator[tuple[Key, Row]]:
    """Drafts are nobody's business; what counts is the version in use, and what is asked for or tried with leads."""
    for row in PromptVersion.objects.filter(status=PromptVersion.Status.PUBLISHED):
        fields = {"versão em uso": row.version, "texto (soma de verificação)": row.checksum[:12]}
        yield ("prompt", row.role), Row("prompt", row.get_role_display(), fields)
    for run in PublishRun.objects.select_related("version").only("version__version", "checksum"):
        fields = {"avaliar e publicar": run.version.version, "texto (soma de verificação)": run.checksum[:12]}
        yield ("run", str(run.pk)), Row("publicação", f"versão {run.version.version}", fields, False, only_new=True)
    for trial in PromptTrial.objects.select_related("version_b").defer("version_b__text"):
        b = trial.version_b
        fields = {
            "testar": b.version,
            "texto (soma de verificação)": b.checksum[:12],
            "conversas novas": f"{trial.share}%",
        }
        yield ("trial", str(trial.pk)), Row("teste A/B", f"versão {b.version}", fields, False, only_new=True)


def differences(before: dict[Key, Row], after: dict[Key, Row]) -> list[dict[str, Any]]:
    """One entry per row that is new, changed or gone, as plain values that compare equal after a trip through JSON."""
    found = []
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        there = new or old
        if old == new or there is None or (there.only_new and old):
            continue
        was, now = (one.fields if one else {} for one in (old, new))
        names = [name for name in there.fields if was.get(name, NOTHING) != now.get(name, NOTHING)]
        found.append(
            {
                "model": key[0],
                "key": key[1] if there.named or old else "",
                "kind": there.kind,
                "name": there.name if there.named or old else "",
                "deed": "muda" if old and new else "cria" if new else "exclui",
                "fields": [[name, was.get(name, NOTHING), now.get(name, NOTHING)] for name in names],
            }
        )
    return sorted(found, key=lambda one: json.dumps(one, sort_keys=True))
