"""Streams that are encrypted and counted on their way to a file, and back. The cryptography is age's (``pyrage``)."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pyrage
from pyrage import x25519

from seleto.backup.server import BackupError

_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted file as it lies on the disk."""

    sha256: str
    bytes: int


class _Counted:
    """A file that is written through; its digest and size come for free."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._digest, self._bytes = file, hashlib.sha256(), 0

    def write(self, chunk: bytes) -> int:
        self._digest.update(chunk)
        self._bytes += len(chunk)
        return self._file.write(chunk)

    def flush(self) -> None:
        self._file.flush()

    def sealed(self) -> Sealed:
        return Sealed(self._digest.hexdigest(), self._bytes)


def new_key() -> tuple[str, str]:
    """(private, public). Nobody keeps it but who asked."""
    identity = x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def seal(source: IO[bytes], path: Path, recipient: str) -> Sealed:
    """Write ``source`` to ``path``, readable with the private key of ``recipient`` alone. Raises BackupError."""
    with path.open("xb") as file:
        path.chmod(0o600)
        counted = _Counted(file)
        pyrage.encrypt_io(source, counted, [_public(recipient)])
        return counted.sealed()


def unseal(path: Path, sink: Any, identity: str) -> None:
    """Write what ``path`` holds to ``sink``. Raises BackupError for another key, or a file that is not whole."""
    key = _private(identity)
    with path.open("rb") as file:
        try:
            pyrage.decrypt_io(file, sink, [key])
        except pyrage.DecryptError:
            raise BackupError(f"{path.name} não abre com esta chave: confira BACKUP_IDENTITY.") from None
        except BrokenPipeError:
            raise BackupError(f"{path.name} não pôde ser lido até o fim por quem o restaura.") from None
        except OSError:
            raise BackupError(f"{path.name} está danificado.") from None


def verify(path: Path, expected: Sealed) -> None:
    """Raises BackupError unless the file is the one that was written."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            for chunk in iter(lambda: file.read(_CHUNK), b""):
                digest.update(chunk)
    except OSError:
        raise BackupError(f"{path.name} não pode ser lido.") from None
    if digest.hexdigest() != expected.sha256:
        raise BackupError(f"{path.name} está danificado ou foi trocado: o conteúdo não confere com o manifesto.")


def _public(recipient: str) -> Any:
    return _parsed(x25519.Recipient.from_str, recipient, "BACKUP_RECIPIENT")


def _private(identity: str) -> Any:
    return _parsed(x25519.Identity.from_str, identity, "BACKUP_IDENTITY")


def _parsed(read: Callable[[str], Any], key: str, name: str) -> Any:
    try:
        return read(key.strip())
    except (pyrage.RecipientError, pyrage.IdentityError):
        raise BackupError(f"{name} não é uma chave age: crie um par com `manage.py backup --new-key`.") from None
