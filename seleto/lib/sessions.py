"""How long a session may hold up others in the database, and how soon an end that is gone is noticed.

A process that stands still, or a host that is cut off, keeps its connections open, and with them the locks of whatever
transaction it was in: the rows of its leads then stop for everybody. PostgreSQL ends such sessions itself when told to.
Both ends also probe a silent connection, so that a machine that vanished is noticed in seconds and not in hours.

Imports nothing of Django's: settings are read with it.
"""

from collections.abc import Mapping

# Probes that go unanswered, one second of ``keepalive_s`` apart at the least, before an end is given up.
_PROBES = 3


def with_limits(
    options: Mapping[str, object],
    *,
    idle_in_transaction_s: float,
    statement_s: float,
    lock_s: float,
    keepalive_s: float,
) -> dict[str, object]:
    """libpq's connection options with these limits, all in seconds; 0 leaves one to the server. What ``options`` says
    itself wins."""
    told = {
        "idle_in_transaction_session_timeout": idle_in_transaction_s,
        "statement_timeout": statement_s,
        "lock_timeout": lock_s,
    }
    session = {name: max(round(seconds * 1000), 1) for name, seconds in told.items() if seconds}
    limited: dict[str, object] = {}
    if keepalive_s:
        idle_s = max(round(keepalive_s), 1)
        every_s = max(idle_s // _PROBES, 1)
        limited = {
            "keepalives": 1,
            "keepalives_idle": idle_s,
            "keepalives_interval": every_s,
            "keepalives_count": _PROBES,
            "tcp_user_timeout": (idle_s + every_s * _PROBES) * 1000,
        }
        session |= {
            "tcp_keepalives_idle": idle_s,
            "tcp_keepalives_interval": every_s,
            "tcp_keepalives_count": _PROBES,
            # While a statement runs or waits, nobody reads the socket.
            "client_connection_check_interval": idle_s * 1000,
        }
    words = [f"-c {name}={value}" for name, value in session.items()]
    if words:
        limited["options"] = " ".join([*words, *filter(None, [str(options.get("options", ""))])])
    return {**limited, **{name: value for name, value in options.items() if name != "options" or not words}}
