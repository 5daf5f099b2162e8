"""``manage.py play``: scripted conversations through the real processes, on an isolated database."""

import json
import signal
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from conversations.evals import acceptance, installation, pace, player, readable, schema
from conversations.evals.lanes import in_lanes
from conversations.evals.player import Played, Player
from conversations.evals.product import OwnProduct
from conversations.evals.schema import BadCase, Case
from conversations.evals.target import Target, TargetError


class Command(BaseCommand):
    help = (
        "Plays scripted conversations (JSON lines) against web, worker and sandbox started on a database of their own."
        " Without --output: a readable transcript; with it: one JSON object per line."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--input", help="cases to play; the shipped ones by default; - reads standard input")
        parser.add_argument("--output", help="write one JSON object per case to this file; - means standard output")
        parser.add_argument("--uat", action="store_true", help="the acceptance cases (docs/homologacao.md)")
        parser.add_argument("--report", help="write a report to be signed (Markdown, Portuguese) to this file")
        parser.add_argument("--only", default="", help="comma-separated ids")
        parser.add_argument("--speed", choices=["virtual", "real"], default="virtual")
        parser.add_argument("--target", help="address of a running installation; see conversations/evals/target.py")
        parser.add_argument(
            "--lanes",
            type=int,
            default=4,
            help="with --target: cases played at a time, each a lead; default %(default)s",
        )
        parser.add_argument("--json", action="store_true", help="JSON lines on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        cases = self._chosen(options)
        self._failed = False
        with ExitStack() as stack:
            stack.enter_context(_stoppable())
            write = self._writer(stack, options["output"], json_wanted=options["json"])
            if options["report"]:
                write = self._reporting(stack, write, options)
            try:
                self._play_all(cases, write, options)
            except (installation.InstallationError, TargetError) as error:
                raise CommandError(str(error)) from error
            except KeyboardInterrupt:
                raise CommandError("Stopped.", returncode=130) from None
        if self._failed:
            sys.exit(1)

    def _chosen(self, options: dict[str, Any]) -> list[Case | BadCase]:
        if options["lanes"] < 1:
            raise CommandError("--lanes is one or more.", returncode=2)
        wanted = {name.strip() for name in options["only"].split(",") if name.strip()}
        found: list[Case | BadCase] = []
        if options["uat"] and options["input"]:
            raise CommandError("--uat has its own cases: leave --input out.", returncode=2)
        for number, case in acceptance.cases() if options["uat"] else self._read(options["input"]):
            name = case.id if isinstance(case, Case) else case.case_id
            if wanted and name not in wanted:
                continue
            if isinstance(case, BadCase):
                print(f"line {number}: {case}", file=sys.stderr)
            found.append(case)
        if missing := wanted - {case.id if isinstance(case, Case) else case.case_id for case in found}:
            raise CommandError(f"--only names unknown ids: {', '.join(sorted(missing))}.", returncode=2)
        if not found:
            raise CommandError("There is no case to play.", returncode=2)
        return found

    def _read(self, source: str | None) -> Iterator[tuple[int, Case | BadCase]]:
        if source is None:
            yield from enumerate(schema.shipped(), start=1)
            return
        try:
            text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{source} cannot be read.", returncode=2) from error
        yield from schema.read_lines(text.split("\n"))

    def _writer(self, stack: ExitStack, output: str | None, *, json_wanted: bool) -> Callable[[Played], None]:
        if output is None or output == "-":
            target: TextIO = sys.stdout
        else:
            try:
                target = stack.enter_context(Path(output).open("w", encoding="utf-8"))  # noqa: SIM115 - the stack closes it
            except OSError as error:
                raise CommandError(f"{output} cannot be written: {error.strerror}.", returncode=2) from error
        lines = json_wanted or output is not None

        def write(played: Played) -> None:
            print(
                json.dumps(played.as_dict(), ensure_ascii=False) if lines else readable.transcript(played),
                file=target,
                flush=True,
            )

        return write

    def _reporting(
        self, stack: ExitStack, write: Callable[[Played], None], options: dict[str, Any]
    ) -> Callable[[Played], None]:
        """Keep what is played, and write the report when the run ends, however it ends."""
        try:
            file = stack.enter_context(Path(options["report"]).open("w", encoding="utf-8"))  # noqa: SIM115 - the stack closes it
        except OSError as error:
            raise CommandError(f"{options['report']} cannot be written: {error.strerror}.", returncode=2) from error
        found: list[Played] = []
        began = timezone.localtime()

        def keep(played: Played) -> None:
            found.append(played)
            self._failed |= acceptance.verdict(played) is acceptance.Verdict.FAILED
            write(played)

        stack.callback(
            lambda: file.write(
                acceptance.report(found, target=options["target"] or "", began=began, ended=timezone.localtime())
            )
        )
        return keep

    def _play_all(self, cases: list[Case | BadCase], write: Callable[[Played], None], options: dict[str, Any]) -> None:
        with ExitStack() as stack:
            plays, check = self._player(stack, cases, options)

            def play(case: Case | BadCase) -> Played | None:
                if isinstance(case, BadCase):
                    self._failed = True
                    return player.failed(case.case_id, "schema", str(case)) if case.case_id else None
                began = time.monotonic()
                played = self._played(plays, case, check)
                if options["verbosity"] > 1:
                    print(f"{case.id}: {time.monotonic() - began:.1f} s", file=sys.stderr)
                return played

            for played in in_lanes(options["lanes"], play, cases) if options["target"] else map(play, cases):
                if played is not None:
                    write(played)

    def _played(self, plays: Player, case: Case, check: Callable[[], None]) -> Played:
        try:
            return plays.play(case)
        except player.CASE_ERRORS as error:
            self._failed = True
            connection.close()  # it may be broken; the next case opens another
            try:
                check()
            except installation.InstallationError as death:
                return player.failed(case.id, "run", str(death), title=case.title)
            return player.failed(case.id, "run", f"{type(error).__name__}: {error}", title=case.title)
        except installation.InstallationError as death:
            self._failed = True
            return player.failed(case.id, "run", str(death), title=case.title)

    def _player(
        self, stack: ExitStack, cases: list[Case | BadCase], options: dict[str, Any]
    ) -> tuple[Player, Callable[[], None]]:
        if options["target"]:
            target = stack.enter_context(Target.from_environment(options["target"]))
            return Player(
                outside=target.outside, product=target, pace=pace.AsItIs(None), first_phone=target.fresh_phone()
            ), lambda: None
        running = stack.enter_context(installation.running())
        if options["speed"] == "real":
            return Player(
                outside=running.outside, product=OwnProduct(), pace=pace.AsItIs(running.outside)
            ), running.check
        jumps = pace.Jumps(running.outside, running.check)
        return Player(outside=running.outside, product=OwnProduct(), pace=jumps), running.check


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let SIGTERM end the run as Ctrl-C does, so that the child processes and the database go as well."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
