"""The roles of the database: who may do what, made by a command because managed servers refuse it in migrations.

``seleto_owner`` owns the tables and runs migrations, ``seleto_app`` reads and writes rows and no more, ``seleto_bi``
reads masked views. ``anon`` and ``authenticated``, which Supabase has from the start, get nothing. Imports no Django:
the launcher of the embedded server makes them too.
"""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql

OWNER, APP, BI = "seleto_owner", "seleto_app", "seleto_bi"
STRANGERS = ("anon", "authenticated")
ALL = (OWNER, APP, BI, *STRANGERS)
# One that makes roles at a time, in any database of the server.
_LOCK = 7_305_262

_Link = psycopg.Connection[Any]


def create(link: _Link, passwords: Mapping[str, str], *, login: bool = False) -> None:
    """Make the roles that are missing and set the passwords given; safe to repeat, needs CREATEROLE.

    A role without a password may log in only with ``login``: where the server knows people otherwise. Raises
    ``psycopg.Error``, and ``ValueError`` when a role exists that may do more than it should.
    """
    with link.transaction():
        link.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        there = {
            str(row[0]) for row in link.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(ALL)])
        }
        for role in ALL:
            if role not in there:
                link.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
            if role in passwords or (login and role not in there):
                _admit(link, role, passwords.get(role, ""))
        if OWNER not in there:
            # Copies are proved, and play is run, in databases of their own.
            link.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(OWNER)))
        # So that dropping a database of its own may end the application's connections to it.
        link.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(APP), sql.Identifier(OWNER)))
        _refuse_powers(link)


def _admit(link: _Link, role: str, password: str) -> None:
    name = sql.Identifier(role)
    if not password:
        link.execute(sql.SQL("ALTER ROLE {} LOGIN").format(name))
        return
    # Hashed here: in clear it would stand in the server's log.
    hashed = link.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    link.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(hashed)))


def _refuse_powers(link: _Link) -> None:
    mighty = link.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)"
        " AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolreplication)",
        [list(ALL)],
    ).fetchall()
    if mighty:
        names = ", ".join(sorted(row[0] for row in mighty))
        raise ValueError(
            f"{names}: more than the role should be allowed (SUPERUSER, BYPASSRLS, CREATEROLE, REPLICATION)"
        )


def take_over(link: _Link) -> None:
    """Make ``seleto_owner`` the owner of this database's schema and of every table in it; safe to repeat."""
    with link.transaction():
        me, mighty = _one(link, "SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        owner = sql.Identifier(OWNER)
        if me != OWNER and not mighty:  # who gives something to a role has to be in it
            link.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(owner))
        database = sql.Identifier(_one(link, "SELECT current_database()")[0])
        link.execute(sql.SQL("GRANT CREATE, CONNECT, TEMPORARY ON DATABASE {} TO {}").format(database, owner))
        link.execute(sql.SQL("GRANT CREATE, USAGE ON SCHEMA public TO {}").format(owner))
        for kind, schema, name in link.execute(_FOREIGN, [OWNER]).fetchall():
            what = sql.SQL("ALTER {} {} OWNER TO {}").format(sql.SQL(kind), sql.Identifier(schema, name), owner)
            link.execute(what)


def offer_vectors(link: _Link) -> None:
    """The extension that articles are found by meaning with, where the server has it; an administrator makes it."""
    if link.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'").fetchone():
        link.execute("CREATE EXTENSION IF NOT EXISTS vector")


# Tables, views and sequences that stand alone, none of an extension's.
_FOREIGN = """
SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, n.nspname, c.relname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'S') AND pg_get_userbyid(c.relowner) <> %s
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('e', 'a', 'i'))
ORDER BY c.relkind
"""


def grant(cursor: Any) -> None:
    """What each role may do in this database's schema, for tables that are there and those to come.

    Run as ``seleto_owner``; does nothing where the roles are not made. Safe to repeat.
    """
    cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = ANY(%s)", [list(ALL)])
    if cursor.fetchone()[0] < len(ALL):
        return
    nobody = ", ".join(("PUBLIC", BI, *STRANGERS))
    for statement in (
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {nobody}",
        f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {nobody}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP}",
        # UPDATE: an import of sheets sets the sequence behind the rows it made.
        f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {APP}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO {APP}",
        # The record of migrations is the owner's; the audit only grows.
        f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {APP}",
        f"REVOKE UPDATE, DELETE ON lib_auditentry, lib_auditlink, lib_auditsegment FROM {APP}",
        f"GRANT EXECUTE ON FUNCTION seleto_audit_cut(bigint, timestamptz) TO {APP}",
    ):
        cursor.execute(statement)


def shut_out(link: _Link) -> None:
    """Take from everybody, Supabase's roles included, what they may do in the schema without being named."""
    with link.transaction():
        link.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        for stranger in STRANGERS:
            link.execute(sql.SQL("REVOKE ALL ON SCHEMA public FROM {}").format(sql.Identifier(stranger)))
        link.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(APP)))


def _one(link: _Link, statement: str) -> Any:
    return link.execute(statement.encode()).fetchone()
