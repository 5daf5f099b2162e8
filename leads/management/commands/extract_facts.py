"""Facts from leads' messages, in bulk: JSON lines in, JSON lines out, rules only."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from knowledge.catalogue import shipped_products
from leads.extraction import extract


class Command(BaseCommand):
    help = (
        "Read {id, messages} lines and write {id, facts} lines with the fifteen fields, deterministically and without "
        "a model. A malformed line is reported by number on standard error; the rest is done and the exit code is 1."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--input", type=Path, required=True, help="JSON lines with id and messages")
        parser.add_argument("--output", type=Path, required=True, help="where the facts go, in the same order")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            lines = options["input"].read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            self.stderr.write(f"{options['input']}: {error.__class__.__name__}")
            sys.exit(2)
        products = shipped_products()
        malformed = 0
        with options["output"].open("w", encoding="utf-8") as output:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                item = _parsed(line)
                if item is None:
                    malformed += 1
                    self.stderr.write(f"line {number}: not an object with id and messages")
                    continue
                facts = extract(item["messages"], products=products).facts()
                output.write(json.dumps({"id": item["id"], "facts": facts}, ensure_ascii=False) + "\n")
        if malformed:
            sys.exit(1)


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        item = json.loads(line)
    except ValueError:
        return None
    if not isinstance(item, dict) or "id" not in item or not isinstance(item.get("messages"), list):
        return None
    return item if all(isinstance(message, str) for message in item["messages"]) else None
