"""An invented month of a busy company, to look at the pages full and to measure them.

The people, companies and telephones are fictional. The rows are written by PostgreSQL itself, stage after stage
(`*.sql` beside this file), and depend on seed, share and time alone. The channels belong to the month: no provider
knows their instances, and nothing of it is due, so that a worker beside it sends nothing.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.apps import apps
from django.db import connection, transaction
from django.db.models import NOT_PROVIDED

from conversations import channel_cache
from conversations.models import Channel, Message
from leads.models import Identity, Lead
from seleto.busy_month import files

LEADS, MESSAGES = 5_000, 100_000
# Telephones of the month are 55119 and eight digits from here on.
FIRST_PHONE = 5_000_000
_STAGES = sorted(Path(__file__).parent.glob("*.sql"))


class AlreadyThere(Exception):
    """The month was made before; a second one would have the same people."""


@dataclass(frozen=True, slots=True)
class Made:
    leads: int
    messages: int


def make(*, share: float = 1.0, seed: int = 1, now: datetime) -> Made:
    """Fill the database with the 30 days before ``now``: ``share`` of 5,000 leads, twenty messages each on average.

    Raises ``AlreadyThere``, and ``ValueError`` for a share that is not within 0.002 and 1.
    """
    if not 0.002 <= share <= 1:
        raise ValueError("share")
    leads = int(LEADS * share) // 2 * 2
    if Identity.objects.filter(value=f"55119{FIRST_PHONE + 1:08d}").exists():
        raise AlreadyThere
    values: dict[str, str | int | datetime] = {"seed": f"{seed}:", "leads": leads, "now": now}
    values["first_phone"] = FIRST_PHONE
    with transaction.atomic(), connection.cursor() as cursor:
        _channels(now)
        statements = [stage.read_text("utf-8") for stage in _STAGES]
        with _model_defaults("".join(statements)):
            for stage in statements:
                cursor.execute(stage, values)
    files.put()
    channel_cache.forget()
    return Made(Lead.objects.count(), Message.objects.count())


@contextmanager
def _model_defaults(sql: str) -> Iterator[None]:
    """Columns that the statements do not name hold what Django would put there, though the database knows no default.

    So a new column with a default needs no change here.
    """
    named: dict[str, set[str]] = {}
    for table, columns in re.findall(r"INSERT INTO (\w+) \(([^)]*)\)", sql):
        names = set(re.split(r"[\s,\"]+", columns))
        named[table] = named.get(table, names) & names
    unnamed = [
        (model._meta.db_table, field)
        for model in apps.get_models()
        if not model._meta.proxy and model._meta.db_table in named
        for field in model._meta.concrete_fields
        if field.column not in named[model._meta.db_table] and not field.primary_key and not field.null
        if field.db_default is NOT_PROVIDED
    ]
    with connection.cursor() as cursor, connection.schema_editor() as schema:
        for table, field in unnamed:
            change = f'ALTER TABLE "{table}" ALTER COLUMN "{field.column}" SET DEFAULT %s'
            cursor.execute(change, [schema.effective_default(field)])
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks still to come cannot be altered
        for table, field in unnamed:
            cursor.execute(f'ALTER TABLE "{table}" ALTER COLUMN "{field.column}" DROP DEFAULT')


def _channels(now: datetime) -> None:
    """Two that work and one that is cut off. Far in the future: nobody asks a provider about them."""
    never = now + timedelta(days=3650)
    for slug, name, provider, connected in (
        ("mes-vendas", "WhatsApp vendas", Channel.Provider.ZAPI, True),
        ("mes-nuvem", "WhatsApp oficial", Channel.Provider.WHATSAPP, True),
        ("mes-feira", "WhatsApp da feira", Channel.Provider.ZAPI, False),
    ):
        Channel.objects.get_or_create(
            slug=slug,
            defaults={
                "name": name,
                "provider": provider,
                "instance_id": f"ficticia-{slug}",
                "origin": "WhatsApp",
                "connected": connected,
                "connection_reason": "" if connected else "desconectado:phone_offline",
                "connection_at": now - timedelta(minutes=25),
                "watched_at": never,
                "templates_at": never,
                "created_at": now - timedelta(days=40),
            },
        )
