"""What this app holds of a person: past turns played again, and playgrounds into which somebody typed their data."""

import json
from collections.abc import Iterable

from leads.models import Fact
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


def _gone(rows: Iterable[ReplayItem | PlaygroundSession]) -> int:
    return sum(row.delete()[0] for row in rows)
