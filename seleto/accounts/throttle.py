"""Guessing passwords gets slow: failures are counted per account and address, per account, and per address.

The counts are rows, so that all processes and machines share them. Locking an account alone takes more failures than
locking it for one address: otherwise a stranger could keep a colleague out with five wrong passwords.
"""

from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac

# Times LOGIN_MAX_FAILURES.
_FACTOR = {"pair": 1, "account": 4, "address": 10}


def wait_s(username: str, address: str) -> int:
    """Seconds until this account may be tried from this address; 0 = now."""
    keys = list(_keys(username, address).values())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ceil(extract(epoch FROM max(locked_until) - clock_timestamp())) FROM accounts_loginfailure"
            " WHERE key = ANY(%s) AND locked_until > clock_timestamp()",
            [keys],
        )
        row = cursor.fetchone()
    return int(row[0]) if row and row[0] else 0


def failed(username: str, address: str) -> None:
    """Count one failure; from the limit on, each one locks for ``LOGIN_LOCK_S``."""
    with connection.cursor() as cursor:
        for kind, key in _keys(username, address).items():
            cursor.execute(
                "INSERT INTO accounts_loginfailure AS f (key, failures, since, locked_until)"
                " VALUES (%(key)s, 1, clock_timestamp(), CASE WHEN %(limit)s <= 1 THEN clock_timestamp()"
                " + %(s)s * interval '1 second' END) ON CONFLICT (key) DO UPDATE SET"
                " failures = CASE WHEN f.since < clock_timestamp() - %(s)s * interval '1 second' THEN 1"
                " ELSE f.failures + 1 END, since = CASE WHEN f.since < clock_timestamp() - %(s)s * interval '1 second'"
                " THEN clock_timestamp() ELSE f.since END, locked_until = CASE WHEN"
                " f.since >= clock_timestamp() - %(s)s * interval '1 second' AND f.failures + 1 >= %(limit)s"
                " THEN clock_timestamp() + %(s)s * interval '1 second' ELSE f.locked_until END",
                {"key": key, "s": settings.LOGIN_LOCK_S, "limit": settings.LOGIN_MAX_FAILURES * _FACTOR[kind]},
            )
        # Counts that no longer matter go with the next failure, so that nobody fills the table for good.
        cursor.execute(
            "DELETE FROM accounts_loginfailure WHERE since < clock_timestamp() - 2 * %s * interval '1 second'"
            " AND (locked_until IS NULL OR locked_until < clock_timestamp())",
            [settings.LOGIN_LOCK_S],
        )


def succeeded(username: str, address: str) -> None:
    """The person knows the password: their own mistakes from here no longer count."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_loginfailure WHERE key = %s", [_keys(username, address)["pair"]])


def _keys(username: str, address: str) -> dict[str, str]:
    name = username.strip().casefold()
    parts = {"pair": f"{name}\n{address}", "account": name, "address": address}
    return {
        kind: salted_hmac(f"seleto.accounts.{kind}", text, algorithm="sha256").hexdigest()
        for kind, text in parts.items()
    }
