"""What this app holds of a person: past turns played again, playgrounds into which somebody typed their data, and
the queue, whose jobs name nobody by rule: what stands there against it goes too, and the receipt says so.
"""

import json
from collections.abc import Iterable

from django_q.models import OrmQ, Task

from leads.models import Fact
from leads.phones import variants
from seleto.backoffice.models import PlaygroundSession, ReplayItem
from seleto.lib import privacy
from seleto.lib.privacy import PersonalData, Subject

# Shorter ones stand in any text.
_LEAST_CHARS = 6
_IDENTIFYING = (Fact.Field.NOME, Fact.Field.CNPJ, Fact.Field.EMAIL, Fact.Field.TELEFONE)


def register() -> None:
    privacy.register(
        PersonalData(
            app="backoffice",
            label="Turnos reproduzidos",
            fields=("ReplayItem.asked", "ReplayItem.before", "ReplayItem.after"),
            find=lambda subject: [f"replayitem:{row.pk}" for row in _items(subject)],
            export=lambda subject: [
                {"mensagens": row.asked, "antes": row.before, "depois": row.after} for row in _items(subject)
            ],
            erase=lambda subject: _gone(_items(subject)),
        )
    )
    privacy.register(
        PersonalData(
            app="backoffice",
            label="Conversas do playground que citam a pessoa",
            fields=("PlaygroundSession.talk", "PlaygroundSession.takes", "PlaygroundSession.message"),
            find=lambda subject: [f"playgroundsession:{row.pk}" for row in _sessions(subject)],
            # Typed by people of the house: that it exists is told, what else they tried out is theirs.
            export=lambda subject: [{"guardada_ate": row.expires_at.isoformat()} for row in _sessions(subject)],
            erase=lambda subject: _gone(_sessions(subject)),
        )
    )
    privacy.register(
        PersonalData(
            app="backoffice",
            label="Filas de trabalho: tarefas à espera e feitas",
            fields=(),  # by rule they name nobody, and the data map says so
            find=lambda subject: [f"{row._meta.model_name}:{row.pk}" for row in _jobs(subject)],
            export=lambda subject: [{"tipo": str(row._meta.verbose_name)} for row in _jobs(subject)],
            erase=lambda subject: _gone(_jobs(subject)),
        )
    )


def _jobs(subject: Subject) -> list[OrmQ | Task]:
    """Packed as they are, only reading each tells of whom it speaks."""
    addresses = [other for values in subject.identities.values() for value in values for other in (value, *_old(value))]
    known = [value.casefold() for value in (*addresses, *subject.names) if len(value) >= _LEAST_CHARS]
    rows: list[OrmQ | Task] = [*OrmQ.objects.order_by("pk"), *Task.objects.order_by("pk")] if known else []
    return [row for row in rows if any(value in _packed(row) for value in known)]


def _old(value: str) -> Iterable[str]:
    return variants(value) if value.isdigit() else ()


def _packed(row: OrmQ | Task) -> str:
    held = row.task if isinstance(row, OrmQ) else (row.args, row.kwargs, row.result)
    return repr(held).casefold()


def _items(subject: Subject) -> list[ReplayItem]:
    return list(ReplayItem.objects.filter(conversation__lead_id=subject.lead_id).order_by("pk"))


def _sessions(subject: Subject) -> list[PlaygroundSession]:
    """Those in which the person is named: there is one per user, so all of them are looked through."""
    facts = Fact.objects.filter(lead_id=subject.lead_id, field__in=_IDENTIFYING).values_list("value", flat=True)
    known = [*facts, *(value for values in subject.identities.values() for value in values)]
    named = [value.casefold() for value in known if len(value) >= _LEAST_CHARS]
    rows = PlaygroundSession.objects.order_by("pk") if named else PlaygroundSession.objects.none()
    return [row for row in rows if any(value in _said_in(row) for value in named)]


def _said_in(row: PlaygroundSession) -> str:
    return f"{json.dumps([row.talk, row.takes], ensure_ascii=False)} {row.message}".casefold()


def _gone(rows: Iterable[ReplayItem | PlaygroundSession | OrmQ | Task]) -> int:
    return sum(row.delete()[0] for row in rows)
