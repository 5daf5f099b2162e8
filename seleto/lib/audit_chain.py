"""The audit as a chain: each entry's hash covers the one before it, so that a change, a gap or an addition shows.

Entries are written without waiting for each other and sealed in batches, within half a minute as a rule (``watch``).
See docs/decisions/0011-audit-chain.md.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from seleto.lib.models import AuditEntry, AuditLink, AuditPending, AuditSegment

# Any number that no other advisory lock of ours uses.
_LOCK = 7_305_263
_BATCH = 500
# Before the first link.
GENESIS = "0" * 64
# An entry may wait for its seal while background work rests; longer is a finding.
PATIENCE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Break:
    """The first thing that is not as it was sealed. ``what`` is changed, removed, inserted or order."""

    what: str
    segment: int | None
    entry: str


def digest(before: str, entry: AuditEntry) -> str:
    """The hash of an entry after the link ``before``."""
    told = [
        str(entry.pk),
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor,
        entry.action,
        entry.subject_kind,
        str(entry.subject_id or ""),
        entry.detail,
    ]
    canonical = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{canonical}".encode()).hexdigest()


def seal(*, now: datetime) -> int:
    """Chain what is waiting; how many entries that were. One process at a time, the others go on without."""
    sealed = 0
    while batch := _seal_batch(now):
        sealed += batch
    return sealed


def _seal_batch(now: datetime) -> int:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                return 0
        waiting = list(AuditPending.objects.values_list("entry_id", flat=True)[:_BATCH])
        entries = list(AuditEntry.objects.filter(pk__in=waiting).order_by("at", "pk"))
        if entries:
            _chain(entries, now)
        # One without its entry stays: whoever verifies is told of it.
        AuditPending.objects.filter(pk__in=[entry.pk for entry in entries]).delete()
    return len(entries)


def _chain(entries: list[AuditEntry], now: datetime) -> None:
    last = AuditSegment.objects.order_by("-number").first()
    number, before = (last.number + 1, last.ends) if last else (1, GENESIS)
    begins, links = before, []
    for position, entry in enumerate(entries):
        before = digest(before, entry)
        links.append(AuditLink(entry_id=entry.pk, segment=number, position=position, digest=before))
    AuditLink.objects.bulk_create(links)
    AuditSegment.objects.create(
        number=number, sealed_at=now, entries=len(links), newest_at=entries[-1].at, begins=begins, ends=before
    )


def cut(before: datetime, *, now: datetime) -> int:
    """Remove whole segments whose entries are all older than ``before``, the oldest first; how many entries went."""
    removed = 0
    for segment in AuditSegment.objects.filter(cut_at=None).order_by("number").iterator():
        if segment.newest_at >= before:
            break
        with connection.cursor() as cursor:
            cursor.execute("SELECT seleto_audit_cut(%s, %s)", [segment.number, now])
            removed += cursor.fetchone()[0]
    return removed


def verify(*, now: datetime) -> Break | None:
    """The first break of the chain, or None when every entry is as it was sealed. Reads all of it."""
    before, expected = GENESIS, 1
    for segment in AuditSegment.objects.order_by("number").iterator():
        if (segment.number, segment.begins) != (expected, before):
            return Break("order", expected, "")
        if segment.cut_at is None and (found := _first_break(segment)):
            return found
        before, expected = segment.ends, segment.number + 1
    return _never_sealed(now)


def _first_break(segment: AuditSegment) -> Break | None:
    links = list(AuditLink.objects.filter(segment=segment.number).order_by("position"))
    entries = AuditEntry.objects.in_bulk([link.entry_id for link in links])
    before = segment.begins
    for link in links:
        entry = entries.get(link.entry_id)
        if entry is None:
            return Break("removed", segment.number, str(link.entry_id))
        before = digest(before, entry)
        if before != link.digest:
            return Break("changed", segment.number, str(link.entry_id))
    if len(links) != segment.entries or before != segment.ends:
        return Break("order", segment.number, "")
    return None


def _never_sealed(now: datetime) -> Break | None:
    """Entries and links that no sealing knows: put there by somebody else."""
    for what, statement in _STRANGE:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"patient": now - PATIENCE})
            row = cursor.fetchone()
        if row:
            return Break(what, None, str(row[0]))
    return None


def _statements() -> Iterator[tuple[str, str]]:
    yield (
        "inserted",
        "SELECT e.id FROM lib_auditentry e LEFT JOIN lib_auditlink l ON l.entry_id = e.id"
        " LEFT JOIN lib_auditpending p ON p.entry_id = e.id"
        " WHERE l.entry_id IS NULL AND (p.entry_id IS NULL OR e.at < %(patient)s) ORDER BY e.at, e.id LIMIT 1",
    )
    yield (
        "removed",
        "SELECT p.entry_id FROM lib_auditpending p LEFT JOIN lib_auditentry e ON e.id = p.entry_id"
        " WHERE e.id IS NULL AND %(patient)s IS NOT NULL LIMIT 1",
    )
    yield (
        "inserted",
        "SELECT l.entry_id FROM lib_auditlink l LEFT JOIN lib_auditsegment s ON s.number = l.segment"
        " WHERE s.number IS NULL AND %(patient)s IS NOT NULL LIMIT 1",
    )


_STRANGE = tuple(_statements())
