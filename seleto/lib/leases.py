"""How a row is taken, kept and given back by processes that may die at any step.

Every stage whose rows are worked by several processes follows one pattern:

1. **Claim** with one ``UPDATE … WHERE id = ANY(ARRAY(SELECT … LIMIT n FOR UPDATE SKIP LOCKED)) RETURNING …`` that adds
   one to ``attempts`` and sets ``leased_until`` to the database's ``now() + LEASE_S``. No row back: somebody else has
   it. Not ``id IN (SELECT …)``: a plan may make that choice anew for each row, pass over what it has just locked and
   take more than ``n``. The array, like a common table expression with ``FOR UPDATE``, is made once.
2. **Work** with no transaction open. The queue renews the lease of everything in hand every ``LEASE_RENEW_S``, so a
   slow model keeps its claim and a killed process loses it after ``LEASE_S`` at the latest.
3. **Commit** the result, the end of the lease and the next ``jobs.wake`` in one transaction, guarded by what was
   claimed (a token or a state), so that a worker that lost its lease commits nothing.
4. **Park** a row whose ``attempts`` are used up, with a constant reason that a person reads. Attempts are counted at
   the claim, not at the failure: a row that kills its process must reach the limit too. What shared the process with it
   has used up as many: so the last attempt is made alone (``last_attempt_alone``, ``Stage.alone``).

Leases live in the database's time and never in ``clock.now()``: neither a moved clock nor a host with a wrong clock
expires one. ``next_due`` of a stage therefore leaves out rows with a running lease; once it has run out they are due
again by their due instant, and the sweep finds them.
"""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import connection

# A condition, always true, that lets the transaction it stands in commit without waiting for the disk. For what is made
# again should the database itself crash and lose it, as a claim is, or a message whose event is stored; never for the
# claim to send something.
NO_WAIT = "(SELECT set_config('synchronous_commit', 'off', true)) = 'off'"


def last_attempt_alone(table: str, ready: str, *, prefix: str = "", counted: str = "TRUE") -> str:
    """A condition for a claim: of the rows before their last attempt only the oldest, and none while one is in hand.

    ``ready`` is the claim's own condition, without an alias; ``prefix`` begins the columns ``attempts`` and
    ``leased_until``; ``counted`` tells rows whose attempts count deaths from those that only failed. All are constants
    of our code. Values: ``most``, the attempts that a row has.
    """
    attempts, lease = f"{prefix}attempts", f"{prefix}leased_until"
    late = f"{counted} AND {attempts} >= %(most)s"
    return (
        f"({attempts} < %(most)s - 1 OR NOT ({counted})"  # noqa: S608
        f" OR id = (SELECT id FROM {table} WHERE {ready} AND {late} - 1 ORDER BY {lease}, id LIMIT 1)"
        f" AND NOT EXISTS (SELECT FROM {table} WHERE {late} AND {lease} >= now()))"
    )


def extend_leases(table: str, ids: Sequence[UUID | int], tokens: Sequence[UUID] | None = None) -> None:
    """Let rows in hand be ours for another ``LEASE_S``, in one statement.

    A row given back meanwhile (no lease) stays so. ``tokens``, one per id, keep hands off a row that another process
    took over after we lost it; the table then has a ``lease_token`` column. ``table`` is a constant of our code.
    """
    if not ids:
        return
    if tokens is None:
        held, values = "id = ANY(%s)", [list(ids)]
    else:
        held, values = "(id, lease_token) IN (SELECT * FROM unnest(%s, %s::uuid[]))", [list(ids), list(tokens)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET leased_until = clock_timestamp() + make_interval(secs => %s)"  # noqa: S608 our constants
            f" WHERE {held} AND leased_until IS NOT NULL",
            [settings.LEASE_S, *values],
        )
