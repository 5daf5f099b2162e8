"""The models' columns and the decision about each; as a page, as Markdown and as CSV."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Field, Model

from seleto.backoffice.datamap.decisions import CATEGORIES, NOBODY, PERSONAL, Category

# What can hold a word, a number or a file of somebody. Keys, dates, switches and counts say nothing without a row of
# these beside them; a column of any other kind is asked about too.
_SILENT = frozenset(
    "AutoField BigAutoField BigIntegerField BooleanField DateField DateTimeField DecimalField FloatField ForeignKey"
    " IntegerField OneToOneField PositiveBigIntegerField PositiveIntegerField PositiveSmallIntegerField"
    " SmallIntegerField TimeField UUIDField".split()
)


@dataclass(frozen=True, slots=True)
class Line:
    """One column with personal data."""

    table: str
    column: str
    label: str
    category: str
    about: Category


def columns(model: type[Model]) -> list[str]:
    """The columns that a decision is asked of."""
    return [field.name for field in model._meta.concrete_fields if _asked(field)]


def _asked(field: "Field[object, object]") -> bool:
    return field.get_internal_type() not in _SILENT


def decided_models() -> list[type[Model]]:
    """Every table of ours: a view of another's rows and the copies of a history follow their own table."""
    found = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and not hasattr(model, "history_object")
    ]
    return sorted(found, key=lambda model: model._meta.label)


def lines() -> list[Line]:
    named = {model._meta.label: model for model in apps.get_models(include_auto_created=True)}
    found = []
    for category, text in PERSONAL.items():
        for name in text.split():
            label, _, column = name.rpartition(".")
            model = named.get(label)
            if model is None:
                continue
            field = model._meta.get_field(column)
            words = str(getattr(field, "verbose_name", column))
            found.append(Line(label, column, words, category, CATEGORIES[category]))
    return sorted(found, key=lambda line: (line.table, line.column))


def kinds() -> list[tuple[str, Category]]:
    """The categories in the order of the document."""
    return list(CATEGORIES.items())


def undecided() -> Iterator[str]:
    """Columns without a decision, and decisions about what is no column."""
    personal = {name for text in PERSONAL.values() for name in text.split()}
    nobody = {f"{label}.{column}" for label, text in NOBODY.items() for column in text.split()}
    there = {f"{model._meta.label}.{column}" for model in decided_models() for column in columns(model)}
    silent = {
        f"{model._meta.label}.{field.name}" for model in decided_models() for field in model._meta.concrete_fields
    }
    unlisted = {model._meta.label for model in decided_models()} - {*NOBODY, *(n.rpartition(".")[0] for n in personal)}
    yield from (f"{label}: a table without a decision" for label in sorted(unlisted))
    yield from (f"{name}: no decision" for name in sorted(there - personal - nobody))
    yield from (f"{name}: decided twice" for name in sorted(personal & nobody))
    yield from (f"{name}: no such column" for name in sorted((personal | nobody) - silent))


def as_csv() -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow("tabela coluna o_que_e categoria de_quem finalidade base_legal retencao destinatarios".split())
    for line in lines():
        about = line.about
        writer.writerow(
            [
                *(line.table, line.column, line.label, line.category),
                *(about.whose, about.purpose, about.basis, about.retention, about.recipients),
            ]
        )
    return out.getvalue()


def as_markdown() -> str:
    """One section a category, as people ask: what for, on what ground, until when, who else gets it, where it lies."""
    parts = [
        "# Mapa de dados pessoais\n",
        "Registro das operações de tratamento (LGPD, art. 37), gerado dos modelos por `manage.py data_map`. Não edite:"
        " a decisão sobre cada coluna está em `seleto/backoffice/datamap/decisions.py`, e uma coluna sem decisão é"
        " recusada por `manage.py check --deploy`. A mesma tabela, coluna a coluna, em [data-map.csv](data-map.csv).\n",
    ]
    for name, about in CATEGORIES.items():
        held = [line for line in lines() if line.category == name]
        if not held:
            continue
        parts.append(f"## {name.capitalize()}\n")
        parts.append(f"- De quem: {about.whose}\n- Finalidade: {about.purpose}\n- Base legal: {about.basis}")
        parts.append(f"- Guarda: {about.retention}\n- Quem recebe: {about.recipients}\n")
        parts.append("| tabela | coluna | o que é |\n|---|---|---|")
        parts += [f"| {line.table} | {line.column} | {line.label} |" for line in held]
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"
