"""Migrations keep the version before working and lock nothing that leads write to (docs/how-to/upgrade.md)."""

from pathlib import Path

import pytest
from django.apps import apps
from django.db.migrations.loader import MigrationLoader
from django_migration_linter import MigrationLinter
from django_migration_linter.sql_analyser.analyser import analyse_sql_statements
from django_migration_linter.sql_analyser.postgresql import PostgresqlAnalyser

ROOT = Path(__file__).resolve().parent.parent.parent
# The last number that an empty database began with; there was nobody to lock out before it.
FIRST_RELEASE = {
    "accounts": 1,
    "backoffice": 6,
    "conversations": 31,
    "crm": 4,
    "knowledge": 16,
    "leads": 7,
    "lib": 1,
    "outbound": 2,
}


@pytest.mark.django_db
def test_no_migration_since_the_first_release_locks_or_breaks() -> None:
    old = {
        name
        for label, name in MigrationLoader(None).disk_migrations
        if label in FIRST_RELEASE and int(name[:4]) <= FIRST_RELEASE[label]
    }
    linter = MigrationLinter(
        path=str(ROOT),
        include_apps=list(FIRST_RELEASE),
        ignore_name=old,
        no_cache=True,
        no_output=True,
        all_warnings_as_errors=True,
    )

    linter.lint_all_migrations()

    assert not linter.has_errors, "Run `manage.py sqlmigrate` on the newest ones and read docs/how-to/upgrade.md."


def test_every_app_with_migrations_is_looked_at() -> None:
    ours = {
        config.label
        for config in apps.get_app_configs()
        if Path(config.path).is_relative_to(ROOT)
        and ".venv" not in config.path
        and (Path(config.path) / "migrations").is_dir()
    }

    assert ours == set(FIRST_RELEASE)


@pytest.mark.parametrize(
    "statement",
    [
        'ALTER TABLE "leads_lead" ADD COLUMN "origem" varchar(40) NOT NULL;',
        'ALTER TABLE "leads_lead" DROP COLUMN "nome";',
        'ALTER TABLE "leads_lead" RENAME COLUMN "nome" TO "name";',
        'ALTER TABLE "leads_lead" ALTER COLUMN "nome" TYPE integer USING "nome"::integer;',
        'CREATE INDEX "nova" ON "conversations_message" ("text");',
    ],
)
def test_what_would_lock_or_break_is_recognised(statement: str) -> None:
    errors, _, warnings = analyse_sql_statements(PostgresqlAnalyser, [statement], set())

    assert errors or warnings
