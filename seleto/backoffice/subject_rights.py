"""What is done for a person who proved who they are: erased everywhere, put right, their class reviewed."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.utils import ProgrammingError
from stdnum.br import cnpj

from leads import erasure, services, subjects
from leads.models import ErasureStep, Fact, SubjectRequest, Temperature
from leads.services import NewFact
from seleto.lib.privacy import Subject
from seleto.lib.text import cpf

F = Fact.Field
CORRECTABLE = (F.NOME, F.EMPRESA, F.CIDADE, F.UF, F.CNPJ, F.EMAIL, F.TELEFONE, F.SEGMENTO)
_MOST_CHARS = 200
# Shorter values stand anywhere by chance.
_LEAST_SEARCHED = 6
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


# --- erasure ------------------------------------------------------------------------------------------------------


def erase(request_id: UUID, *, actor: str, now: datetime) -> None:
    """Erase in every store, then look for what was known of the person in every table; the receipt says what was found.

    Raises ``subjects.Refused``.
    """
    with transaction.atomic():
        row = subjects.proved(request_id)
        if row.kind != SubjectRequest.Kind.ERASURE or row.lead_id is None:
            raise subjects.Refused("só um pedido de eliminação, com lead, apaga")
        subject = erasure.subject_of(row.lead_id)
        try:
            erasure.anonymise(row.lead_id, actor=actor, now=now)
        except erasure.AlreadyAnonymous:
            raise subjects.Refused("este lead já foi anonimizado") from None
        found = places(searched(subject))
        ErasureStep.objects.create(
            lead_id=subject.lead_id,
            store="search",
            label=f"Busca em todas as tabelas depois de apagar: {'algo ficou' if found else 'nada ficou'}",
            status=ErasureStep.Status.BY_HAND if found else ErasureStep.Status.DONE,
            rows=sum(found.values()),
            reason=", ".join(sorted(found))[:120],
            created_at=now,
            finished_at=None if found else now,
        )


def searched(subject: Subject) -> list[str]:
    """What tells the person by itself: addresses, names in two words or more, e-mails, documents."""
    known = [*(value for values in subject.identities.values() for value in values), *subject.names]
    return [value for value in dict.fromkeys(known) if len(value) >= _LEAST_SEARCHED and _tells(value)]


def _tells(value: str) -> bool:
    return " " in value or "@" in value or any(letter.isdigit() for letter in value)


def places(values: Iterable[str]) -> dict[str, int]:
    """Tables in which one of the values stands, in whatever column, with how many rows. Every table is read once: a
    rare deed.

    SQL because the ORM cannot look through a whole row. Tables that we may not read hold nothing of ours.
    """
    wanted = [value for value in values if value]
    if not wanted:
        return {}
    found = {}
    with connection.cursor() as cursor:
        for table, binary in _tables():
            bodies = "".join(f" || coalesce(encode(t.\"{column}\", 'escape'), '')" for column in binary)
            try:
                with transaction.atomic():
                    cursor.execute(
                        f'SELECT count(*) FROM "{table}" t, LATERAL (SELECT lower(t::text{bodies}) AS words) w'  # noqa: S608 names from the catalogue
                        " WHERE EXISTS (SELECT FROM unnest(%s::text[]) v WHERE position(lower(v) IN w.words) > 0)",
                        [wanted],
                    )
                    rows = int(cursor.fetchone()[0])
            except ProgrammingError:
                continue
            if rows:
                found[table] = rows
    return found


def _tables() -> list[tuple[str, list[str]]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, coalesce(array_agg(c.column_name) FILTER (WHERE c.data_type = 'bytea'), '{}')"
            " FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)"
            " WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' GROUP BY 1 ORDER BY 1"
        )
        return [(table, list(columns)) for table, columns in cursor.fetchall()]


# --- correction ---------------------------------------------------------------------------------------------------


def correct(request_id: UUID, values: Mapping[F, str], *, actor: str, now: datetime) -> list[str]:
    """Put facts right; what they said before stays in the history (I7). The fields that changed. Raises ``Refused``."""
    told = {field: checked(field, value) for field, value in values.items()}
    with transaction.atomic():
        row = subjects.proved(request_id)
        if row.kind != SubjectRequest.Kind.CORRECTION or row.lead_id is None:
            raise subjects.Refused("só um pedido de correção, com lead, corrige")
        made = services.record_facts(
            row.lead_id,
            [
                NewFact(field, value, Fact.Evidence.GIVEN, source_kind="titular", source_id=row.pk, given_by=actor)
                for field, value in told.items()
            ],
            now=now,
        )
        changed = sorted(str(fact.field) for fact in made)
        if made:
            services.reclassify(row.lead_id, None, now)
        subjects.note(row, "subject.correct", actor=actor, now=now, fields=changed)
    return changed


def checked(field: F, value: str) -> str:
    """The value as it is stored: no CPF, a CNPJ with its check digits. Raises ``Refused``."""
    value = " ".join(cpf.masked(value).split())[:_MOST_CHARS]
    if field not in CORRECTABLE:
        raise subjects.Refused("este campo não se corrige aqui")
    if not value or cpf.MASK in value:
        raise subjects.Refused("o valor está vazio ou tem um CPF, que não guardamos")
    if field == F.CNPJ:
        value = cnpj.compact(value).upper()
        if not cnpj.is_valid(value):
            raise subjects.Refused("o CNPJ não confere")
    if field == F.EMAIL and not _EMAIL.fullmatch(value):
        raise subjects.Refused("o e-mail não parece um endereço")
    if field == F.UF:
        value = value.upper()
        if not re.fullmatch(r"[A-Z]{2}", value):
            raise subjects.Refused("a UF tem duas letras")
    if field == F.TELEFONE:
        digits = re.sub(r"\D", "", value)
        if not 10 <= len(digits) <= 13:
            raise subjects.Refused("o telefone precisa de DDD e número")
        value = digits if len(digits) > 11 else f"55{digits}"
    return value


# --- review by a person (art. 20) -----------------------------------------------------------------------------------


def review(request_id: UUID, temperature: Temperature | None, *, outcome: str, actor: str, now: datetime) -> None:
    """A person looked at the class that rules gave: it stays (None), or theirs counts from now on; the request is
    closed with what they say. Raises ``subjects.Refused``."""
    if not actor.startswith("usuário:"):
        raise subjects.Refused("a revisão é feita por uma pessoa")
    with transaction.atomic():
        row = subjects.proved(request_id)
        if row.kind != SubjectRequest.Kind.REVIEW or row.lead_id is None:
            raise subjects.Refused("este pedido não é de revisão da classificação")
        if temperature is not None:
            services.correct_temperature(row.lead_id, temperature, actor, outcome, now)
        subjects.close(request_id, SubjectRequest.Status.DONE, outcome=outcome, actor=actor, now=now)
