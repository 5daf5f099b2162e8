"""`manage.py search_knowledge`: answer a file of questions, one JSON object per line, without a model."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from knowledge import search


class Command(BaseCommand):
    help = "Procura na base de conhecimento a resposta de cada pergunta de um arquivo JSON Lines."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--input", required=True, help='linhas {"id", "question"}; - lê da entrada padrão')
        parser.add_argument("--output", required=True, help="uma linha por pergunta, na ordem; - é a saída padrão")
        parser.add_argument("--live", action="store_true", help="usa os dados dos gestores em vez dos de fábrica")
        parser.add_argument("--limit", type=int, default=search.DEFAULT_LIMIT, help="máximo de artigos por pergunta")
        parser.add_argument("--json", action="store_true", help="a saída já é JSON; aceito por uniformidade")

    def handle(self, *args: Any, **options: Any) -> None:
        ask = search.search_by_meaning if options["live"] else search.search_shipped
        bad = 0
        with ExitStack() as stack:
            try:
                lines = stack.enter_context(_open(options["input"], "r"))
                target = stack.enter_context(_open(options["output"], "w"))
            except OSError as error:
                raise CommandError(f"não foi possível abrir o arquivo: {error.strerror}", returncode=2) from error
            for number, item in _items(lines):
                if item is None:
                    bad += 1
                    self.stderr.write(f"linha {number}: não é um objeto JSON com id e question em texto")
                    continue
                found = ask(item["question"], limit=options["limit"])
                rows = [{"product": r.product or None, "article": r.article, "score": r.score} for r in found.results]
                answer = {"id": item["id"], "results": rows, "answerable": found.answerable}
                target.write(json.dumps(answer, ensure_ascii=False) + "\n")
        if bad:
            raise CommandError(f"linhas que não puderam ser lidas: {bad}", returncode=1)


def _items(lines: Any) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Number of the line, from 1, and its object; None where it cannot be used. Blank lines are skipped."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except ValueError:
            item = None
        usable = isinstance(item, dict) and "id" in item and isinstance(item.get("question"), str)
        yield number, item if usable else None


def _open(name: str, mode: str) -> Any:
    if name == "-":
        return _Standard(sys.stdin if mode == "r" else sys.stdout)
    return Path(name).open(mode, encoding="utf-8", newline="\n" if mode == "w" else None)


class _Standard:
    """A standard stream in a `with` block: stays open afterwards."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __enter__(self) -> Any:
        return self._stream

    def __exit__(self, *error: object) -> None:
        self._stream.flush()
