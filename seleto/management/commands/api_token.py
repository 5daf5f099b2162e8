"""`manage.py api_token`: make, exchange, revoke and list keys to the API from a terminal."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction

from seleto.lib import clock, tokens
from seleto.lib.admin_lists import local
from seleto.lib.models import ApiToken
from seleto.lib.tokens import Scope

_GONE = "Não há chave com este nome que ainda valha."


class Command(BaseCommand):
    help = "Cria, troca, revoga ou lista chaves da API. A chave aparece uma única vez. Fica na auditoria."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("deed", choices=["create", "rotate", "revoke", "list"], metavar="create|rotate|revoke|list")
        parser.add_argument("name", nargs="?", default="", help="nome do programa que usa a chave")
        parser.add_argument(
            "--scope",
            action="append",
            choices=[str(scope) for scope in Scope],
            help="repita; só read, se nada for dito",
        )
        parser.add_argument("--days", type=int, default=90, help=f"validade, até {tokens.MAX_DAYS}")

    def handle(self, *args: Any, **options: Any) -> None:
        deed, name = options["deed"], options["name"]
        if deed == "list":
            self._list()
            return
        if not name:
            raise CommandError("Diga o nome da chave.", returncode=2)
        if not 0 < options["days"] <= tokens.MAX_DAYS:
            raise CommandError(f"A validade vai de 1 a {tokens.MAX_DAYS} dias.", returncode=2)
        scopes = [Scope(word) for word in options["scope"] or ["read"]]
        told = getattr(self, f"_{deed}")(name, scopes=scopes, days=options["days"])
        tokens.note("sistema", deed, ApiToken.objects.get(name=name), now=clock.now())
        self.stdout.write(told)

    def _create(self, name: str, *, scopes: list[Scope], days: int) -> str:
        try:
            with transaction.atomic():
                return tokens.create(name=name, now=clock.now(), scopes=scopes, days=days)[1]
        except IntegrityError as error:
            raise CommandError("Já existe uma chave com este nome.") from error

    def _rotate(self, name: str, *, days: int, **_: Any) -> str:
        plain = tokens.rotate(name=name, now=clock.now(), days=days)
        if plain is None:
            raise CommandError(_GONE)
        return plain

    def _revoke(self, name: str, **_: Any) -> str:
        if not tokens.revoke(name=name, now=clock.now()):
            raise CommandError(_GONE)
        return "Revogada."

    def _list(self) -> None:
        for token in ApiToken.objects.order_by("name"):
            scopes = " ".join(sorted(tokens.scopes_of(token)))
            state = "revogada" if token.revoked_at else f"até {local(token.expires_at)}"
            self.stdout.write(f"{token.name}\t{scopes}\t{state}")
