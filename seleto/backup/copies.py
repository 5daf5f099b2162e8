"""Making, listing, dropping and restoring copies."""

import json
import os
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import psycopg
from django.apps import apps
from django.conf import settings

from seleto import masked_views
from seleto.backup import sealing, server
from seleto.backup.sealing import Sealed
from seleto.backup.server import BackupError, Target

FORMAT = 1
_NAME = "seleto-%Y%m%dT%H%M%SZ"
_PARTIAL = ".partial"
# Made again by themselves, or of no use elsewhere: wakes, signs of life, paces, logins, the sandbox's clock.
# The policies let the application read every row, so what it dumps under them is all. Masked views are made again.
_OPTIONS = ("-Fc", "--no-owner", "--no-privileges", "--enable-row-security", f"--exclude-schema={masked_views.SCHEMA}")
_NOT_COPIED = ("django_q_ormq", "lib_heartbeat", "lib_ratebucket", "django_session", "lib_clockoffset")
# Counted in the very state that is copied, so that a restored one can be compared.
COUNTED = ("leads.Lead", "leads.Fact", "conversations.Conversation", "conversations.Message", "conversations.Event")


@dataclass(frozen=True)
class Copy:
    """A whole copy. ``rows`` counts tables by label, ``migrations`` tells the schema by app."""

    path: Path
    created_at: datetime
    files: dict[str, Sealed]
    rows: dict[str, int] = field(default_factory=dict)
    migrations: dict[str, str] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files.values())


def make(folder: Path, recipient: str, *, now: datetime, media: Path | None = None) -> Copy:
    """Copy database and files into ``folder``. A copy that was not finished is none. Raises BackupError."""
    if not recipient:
        raise BackupError("Falta BACKUP_RECIPIENT: crie um par de chaves com `manage.py backup --new-key`.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    final = folder / now.astimezone(UTC).strftime(_NAME)
    work = final.with_name(final.name + _PARTIAL)
    try:
        work.mkdir(mode=0o700)
    except FileExistsError:
        raise BackupError("Outra cópia está sendo feita neste mesmo segundo.") from None
    try:
        database, rows, migrations = _database(work / "database.age", recipient)
        # After the database: files are never changed, so every one that it names is still there or was given up since.
        files = _media(work / "media.age", recipient, media or settings.MEDIA_ROOT)
        copy = Copy(final, now, {"database": database, "media": files}, rows, migrations)
        (work / "manifest.json").write_text(json.dumps(_manifest(copy), indent=1, sort_keys=True), encoding="utf-8")
        _sync(work)
        work.rename(final)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return copy


def listed(folder: Path) -> list[Copy]:
    """The whole copies in ``folder``, the newest first."""
    found = [read(path.parent) for path in folder.glob("seleto-*/manifest.json") if not _is_partial(path.parent)]
    return sorted(found, key=lambda copy: copy.created_at, reverse=True)


def read(path: Path) -> Copy:
    """Raises BackupError when ``path`` is no copy, or one of a newer format."""
    try:
        told = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
        if told["format"] != FORMAT:
            raise BackupError(f"{path.name} foi feita por outra versão do programa.")
        return Copy(
            path,
            datetime.fromisoformat(told["created_at"]),
            {name: Sealed(**file) for name, file in told["files"].items()},
            told["rows"],
            told["migrations"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise BackupError(f"{path.name} não é uma cópia: falta o manifesto, ou ele não pode ser lido.") from None


def drop_old(folder: Path, *, now: datetime, keep_days: int, keep_least: int) -> list[str]:
    """Remove copies older than ``keep_days``, never the newest ``keep_least``, and what was left unfinished."""
    old = [copy for copy in listed(folder)[keep_least:] if now - copy.created_at > timedelta(days=keep_days)]
    for copy in old:
        shutil.rmtree(copy.path)
    for path in folder.glob(f"seleto-*{_PARTIAL}"):
        if now.timestamp() - path.stat().st_mtime > timedelta(days=1).total_seconds():
            shutil.rmtree(path, ignore_errors=True)
    return [copy.path.name for copy in old]


def verify(copy: Copy) -> None:
    """Raises BackupError unless both files are as they were written."""
    for name, file in copy.files.items():
        sealing.verify(copy.path / f"{name}.age", file)


def restore(copy: Copy, target: Target, identity: str, *, media: Path | None) -> None:
    """Bring ``copy`` into an empty database and, with ``media``, into an empty directory. All of it or nothing.

    Raises BackupError. What the copied state would do next is settled elsewhere (``seleto/backup/settling.py``).
    """
    verify(copy)
    if not _is_empty(target):
        raise BackupError("O banco de destino não está vazio: use --create, ou crie um banco novo.")
    if media is not None and media.exists() and any(media.iterdir()):
        raise BackupError("O diretório de anexos de destino não está vazio.")
    _restore_database(copy.path / "database.age", target, identity)
    if media is not None:
        _restore_media(copy.path / "media.age", media, identity)


# --- Database ----------------------------------------------------------------------------------------------------


def _database(path: Path, recipient: str) -> tuple[Sealed, dict[str, int], dict[str, str]]:
    target = server.configured()
    try:
        with target.connect() as link, link.transaction():
            link.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            snapshot = _one(link, "SELECT pg_export_snapshot()")
            rows = {label: count(link, label) for label in COUNTED}
            migrations = dict(link.execute("SELECT app, max(name) FROM django_migrations GROUP BY app").fetchall())
            without = [f"--exclude-table-data={table}" for table in _NOT_COPIED]
            options = [*_OPTIONS, f"--snapshot={snapshot}", *without]
            with _running([server.program("pg_dump"), *options], target, stdout=subprocess.PIPE) as dump:
                sealed = sealing.seal(_pipe(dump.stdout), path, recipient)
    except psycopg.Error as error:
        raise BackupError(f"O banco não pode ser copiado ({type(error).__name__}).") from None
    return sealed, rows, migrations


def _restore_database(path: Path, target: Target, identity: str) -> None:
    options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", "-d", target.name]
    with _running([server.program("pg_restore"), *options], target, stdin=subprocess.PIPE) as program:
        sink = _pipe(program.stdin)
        try:
            sealing.unseal(path, sink, identity)
        except BackupError:
            program.kill()  # before it sees an end: the transaction goes with it
            raise
        sink.close()


@contextmanager
def _running(command: list[str], target: Target, **pipes: int) -> Iterator[subprocess.Popen[bytes]]:
    """A program of PostgreSQL's that has to end well. Raises BackupError."""
    with subprocess.Popen(command, env=target.environment(), stderr=subprocess.PIPE, **pipes) as program:  # type: ignore[call-overload]
        told: list[bytes] = []
        listening = threading.Thread(target=lambda: told.append(_pipe(program.stderr).read()), daemon=True)
        listening.start()
        try:
            yield program
        except BaseException:
            program.kill()
            raise
        finally:
            code = program.wait()
            listening.join()
        if code != 0:
            name, line = Path(command[0]).name, _first_line(b"".join(told))
            raise BackupError(f"{name} terminou com erro: {line}")


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    if end is None:
        raise ValueError("The program was started without this pipe.")
    return end


def _first_line(told: bytes) -> str:
    """What the program says of itself; its further lines may quote rows."""
    lines = told.decode(errors="replace").strip().splitlines()
    return lines[0][:200] if lines else "sem explicação"


def _is_empty(target: Target) -> bool:
    try:
        with target.connect() as link:
            return not int(_one(link, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))
    except psycopg.Error:
        raise BackupError("O banco de destino não pode ser alcançado.") from None


def create(target: Target) -> None:
    """Make the target's database on its server. Raises BackupError."""
    try:
        with target.connect(name="postgres") as link:
            link.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(target.name)))
    except psycopg.Error as error:
        raise BackupError(f"O banco de destino não pode ser criado ({type(error).__name__}).") from None


def drop(target: Target) -> None:
    """Remove a database that ``create`` made."""
    with target.connect(name="postgres") as link:
        name = psycopg.sql.Identifier(target.name)
        link.execute(psycopg.sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


def count(link: psycopg.Connection[Any], label: str) -> int:
    """The rows of a model's table."""
    table = apps.get_model(label)._meta.db_table
    return int(_one(link, f'SELECT count(*) FROM "{table}"'))  # noqa: S608 a model of ours


def _one(link: psycopg.Connection[Any], statement: str) -> Any:
    row = link.execute(statement.encode()).fetchone() or (None,)
    return row[0]


# --- Files -------------------------------------------------------------------------------------------------------


def _media(path: Path, recipient: str, folder: Path) -> Sealed:
    """A tar of the folder, streamed: nothing is written down that is not encrypted."""
    reading, writing = os.pipe()
    failure: list[BaseException] = []

    def pack(sink: IO[bytes]) -> None:
        try:
            with sink, tarfile.open(fileobj=sink, mode="w|") as tar:
                for file in sorted(folder.rglob("*")) if folder.is_dir() else []:
                    if file.is_file() and not file.is_symlink():
                        _add(tar, file, str(file.relative_to(folder)))
        except BaseException as error:  # noqa: BLE001 raised again by whoever waits
            failure.append(error)

    packing = threading.Thread(target=pack, args=(os.fdopen(writing, "wb"),), daemon=True)
    with os.fdopen(reading, "rb") as source:
        packing.start()
        sealed = sealing.seal(source, path, recipient)
    packing.join()
    if failure:
        raise BackupError("Os anexos não puderam ser lidos.") from failure[0]
    return sealed


def _add(tar: tarfile.TarFile, file: Path, name: str) -> None:
    """One file, unless it was given up since the folder was listed."""
    try:
        with file.open("rb") as content:
            info = tar.gettarinfo(arcname=name, fileobj=content)
            info.uname = info.gname = ""
            tar.addfile(info, content)
    except FileNotFoundError:
        return


def _restore_media(path: Path, folder: Path, identity: str) -> None:
    reading, writing = os.pipe()
    failure: list[BackupError] = []

    def open_() -> None:
        with os.fdopen(writing, "wb") as sink:
            try:
                sealing.unseal(path, sink, identity)
            except BackupError as error:
                failure.append(error)

    folder.mkdir(parents=True, exist_ok=True)
    opening = threading.Thread(target=open_, daemon=True)
    opening.start()
    try:
        with os.fdopen(reading, "rb") as source, tarfile.open(fileobj=source, mode="r|") as tar:
            tar.extractall(folder, filter="data")
    except tarfile.TarError:
        failure.append(BackupError("Os anexos da cópia estão danificados."))
    opening.join()
    if failure:
        raise failure[0]


# --- Manifest ----------------------------------------------------------------------------------------------------


def _manifest(copy: Copy) -> dict[str, object]:
    return {
        "format": FORMAT,
        "created_at": copy.created_at.isoformat(),
        "files": {name: asdict(file) for name, file in copy.files.items()},
        "rows": copy.rows,
        "migrations": copy.migrations,
    }


def _is_partial(path: Path) -> bool:
    return path.name.endswith(_PARTIAL)


def _sync(folder: Path) -> None:
    """On the disk before the name says that it is whole."""
    for path in (*folder.iterdir(), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
