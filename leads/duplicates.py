"""Leads that may be one person, for somebody to compare: same phone, e-mail, CNPJ, or name and city."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import connection

# A value that so many leads share (a head office's number, a shop's e-mail) tells nothing about any two of them.
SHARED_BY_MOST = 12


class Reason(StrEnum):
    """What two leads have in common, the most telling first."""

    PHONE = "telefone"
    EMAIL = "email"
    NAME = "nome"
    CNPJ = "cnpj"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    Reason.PHONE: "mesmo telefone",
    Reason.EMAIL: "mesmo e-mail",
    Reason.NAME: "mesmo nome e cidade",
    Reason.CNPJ: "mesmo CNPJ (podem ser colegas)",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two leads, ``first`` with the lower id, and what speaks for one person."""

    first: UUID
    second: UUID
    reasons: tuple[Reason, ...]


# A Brazilian mobile without its ninth digit is the same line (leads/phones.py); accents and case are typing.
_PHONE = "CASE WHEN value ~ '^55[1-9][0-9][6-9][0-9]{7}$' THEN left(value, 4) || '9' || substr(value, 5) ELSE value END"
_FOLDED = (
    "translate(lower(regexp_replace(trim({0}), '\\s+', ' ', 'g')),"
    " 'áàâãäéèêëíìîïóòôõöúùûüç', 'aaaaaeeeeiiiiooooouuuuc')"
)
# SQL because pairs come of joining what is known with itself, under keys made of several columns.
_QUERY = f"""
WITH known AS (
    SELECT lead_id, field, value FROM leads_fact
    WHERE superseded_at IS NULL AND field IN ('nome', 'cidade', 'telefone', 'email', 'cnpj')
), keys AS (
    SELECT lead_id, 'telefone' AS kind, {_PHONE} AS key FROM leads_identity WHERE kind = 'phone'
    UNION SELECT lead_id, 'telefone', {_PHONE} FROM known WHERE field = 'telefone'
    UNION SELECT lead_id, field, lower(value) FROM known WHERE field IN ('email', 'cnpj')
    UNION SELECT name.lead_id, 'nome', {_FOLDED.format("name.value")} || '|' || {_FOLDED.format("city.value")}
    FROM known name JOIN known city ON city.lead_id = name.lead_id AND city.field = 'cidade' WHERE name.field = 'nome'
), shared AS (
    SELECT kind, key FROM keys GROUP BY kind, key HAVING count(*) BETWEEN 2 AND %s
), pairs AS (
    SELECT one.lead_id AS first, other.lead_id AS second,
        array_agg(DISTINCT one.kind) AS kinds,
        min(array_position(ARRAY['telefone', 'email', 'nome', 'cnpj'], one.kind)) AS rank
    FROM shared JOIN keys one USING (kind, key) JOIN keys other USING (kind, key)
    WHERE one.lead_id < other.lead_id
        AND NOT EXISTS (
            SELECT FROM leads_notduplicate n WHERE n.first_id = one.lead_id AND n.second_id = other.lead_id)
    GROUP BY 1, 2
)
SELECT first, second, kinds, count(*) OVER () FROM pairs
ORDER BY rank, cardinality(kinds) DESC, second DESC, first DESC LIMIT %s OFFSET %s
"""  # noqa: S608 - constants of this file


def candidates(*, limit: int, offset: int = 0) -> tuple[list[Candidate], int]:
    """Pairs nobody has told apart yet, the most telling first, and how many there are; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_QUERY, [SHARED_BY_MOST, limit, offset])
        rows = cursor.fetchall()
    order = list(Reason)
    found = [
        Candidate(first, second, tuple(sorted((Reason(kind) for kind in kinds), key=order.index)))
        for first, second, kinds, _ in rows
    ]
    return found, rows[0][3] if rows else 0
