"""`manage.py embed_articles`: make the database ready for the search by meaning, and get the vectors missing now."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from knowledge import embeddings
from knowledge.embeddings import stage, store
from knowledge.embeddings.store import Extension


class Command(BaseCommand):
    help = (
        "Prepara o banco para a busca por significado (extensão vector e índice) e pede os vetores que faltam. Depois"
        " disso o worker cuida dos artigos novos e alterados. Pode ser repetido."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="resultado em JSON")
        parser.add_argument("--dry-run", action="store_true", help="só conta os artigos que seriam enviados")

    def handle(self, *args: Any, **options: Any) -> None:
        if not embeddings.configured():
            raise CommandError("EMBEDDINGS_BASE_URL está vazia: a busca usa só palavras.")
        before = stage.missing()
        if not options["dry_run"]:
            _prepare()
            while batches := stage.claim(1):
                for batch in batches:
                    stage.run(batch)
        left = stage.missing()
        if options["json"]:
            self.stdout.write(json.dumps({"embedded": before - left, "missing": left}))
        else:
            self.stdout.write(f"vetores recebidos {before - left}, faltando {left}")
        if left and not options["dry_run"]:
            raise CommandError("Nem todos os artigos têm vetor: rode `manage.py doctor` para saber por quê.")


def _prepare() -> None:
    try:
        state = store.prepare()
    except store.NotAllowed as error:
        text = "O usuário do banco não pode criar a extensão: um administrador deve rodar `CREATE EXTENSION vector`."
        raise CommandError(text) from error
    if state is Extension.ABSENT:
        raise CommandError("O servidor PostgreSQL não tem a extensão vector: instale o pgvector 0.7 ou mais novo.")
    if state is Extension.OFFERED:
        text = "A extensão vector é anterior à 0.7 ou está fora do search_path: atualize-a ou corrija o search_path."
        raise CommandError(text)
