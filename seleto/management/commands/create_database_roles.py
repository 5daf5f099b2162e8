"""`manage.py create_database_roles`: the roles of the database, made as an administrator of the server."""

from argparse import ArgumentParser
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from seleto import env, row_security
from seleto.backup import server
from seleto.lib import ownership, roles


class Command(BaseCommand):
    help = (
        "Cria os papéis do banco (seleto_owner, seleto_app, seleto_bi, anon, authenticated) com as senhas de"
        " MIGRATION_DATABASE_URL, DATABASE_URL e BI_DATABASE_PASSWORD, passa as tabelas ao seleto_owner e refaz"
        " privilégios, segurança por linha e visões. Fala com o servidor por ADMIN_DATABASE_URL. Pode ser repetido."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="só diz o que falta")

    def handle(self, *args: Any, **options: Any) -> None:
        address = env.text("ADMIN_DATABASE_URL", "")
        if not address:
            raise CommandError("Falta ADMIN_DATABASE_URL: o endereço do banco com um administrador do servidor.")
        try:
            with server.named(address).connect() as link:
                if options["dry_run"]:
                    there = {row[0] for row in link.execute("SELECT rolname FROM pg_roles")}
                    self.stdout.write("Faltam: " + (", ".join(set(roles.ALL) - there) or "nenhum papel") + ".")
                    return
                roles.create(link, _passwords())
                roles.take_over(link)
                roles.shut_out(link)
                roles.offer_vectors(link)
        except psycopg.Error as error:
            reason = type(error).__name__
            raise CommandError(f"O administrador não pode criar os papéis ({reason}): precisa de CREATEROLE.") from None
        except ValueError as error:
            raise CommandError(f"Papel com poderes demais: {error}.") from None
        with ownership.owning():
            executor = MigrationExecutor(connection)
            if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
                row_security.lay_down()
        self.stdout.write("Papéis criados. Agora: manage.py migrate.")


def _passwords() -> dict[str, str]:
    """Of the roles that the settings' addresses name; poolers want the project behind the name (role.project)."""
    entries = [settings.DATABASES["default"], settings.OWNER_DATABASE]
    told = {str(entry["USER"]).partition(".")[0]: str(entry.get("PASSWORD") or "") for entry in entries if entry}
    told[roles.BI] = env.text("BI_DATABASE_PASSWORD", "")
    return {role: password for role, password in told.items() if role in roles.ALL and password}
