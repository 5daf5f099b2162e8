"""Where files of messages are kept, and the server that speaks replies where the switch lets it."""

import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from conversations.media import kinds
from conversations.models import Media
from conversations.voice import endpoint, notes
from knowledge.models import Flag
from seleto.findings import Finding, Level
from seleto.lib import disk
from seleto.lib.errors import ProviderError, Rejected
from seleto.lib.sniff import HEAD_BYTES, sniff

_GB = 1024**3
_TRIAL = "Teste."
_TEXTS = notes.ADVICE | {
    "connect_error": "Não há conexão com o servidor de voz: confira SPEECH_BASE_URL e a rede.",
    "timeout": "O servidor de voz não respondeu no tempo de SPEECH_READ_TIMEOUT_S: confira o servidor.",
    "no_sound": "O servidor de voz não devolve áudio Ogg Opus: confira SPEECH_BASE_URL e SPEECH_MODEL.",
}


def examine() -> Iterator[Finding]:
    yield _disk()
    if Flag.objects.filter(name=Flag.Name.AUDIO_OUT, on=True).exists():
        yield _speech()
    else:
        yield Finding("speech", Level.OK, "As respostas saem em texto: a chave de resposta em áudio está desligada.")


def _disk() -> Finding:
    """Read only: the folder itself is made with the first file."""
    place = _existing(Path(settings.MEDIA_ROOT))
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        text = "A pasta de MEDIA_ROOT não pode ser escrita por este usuário: arquivos de leads não seriam guardados."
        return Finding("media", Level.ERROR, text)
    left = f"{disk.free_bytes(Path(settings.MEDIA_ROOT)) / _GB:.1f} GB".replace(".", ",")
    if "media" in disk.low_places():
        text = f"O disco de MEDIA_ROOT tem só {left} livres, menos que DISK_MIN_FREE_MB: libere espaço."
        return Finding("media", Level.ERROR, text)
    return Finding("media", Level.OK, f"A pasta dos arquivos pode ser escrita; livres: {left}.")


def _existing(path: Path) -> Path:
    return next(place for place in (path, *path.absolute().parents) if place.exists())


def _speech() -> Finding:
    """One word spoken."""
    try:
        sound = endpoint.ask(_TRIAL)
        found = sniff(sound[:HEAD_BYTES])
        if found is None or kinds.leaves_as(found.mime) != Media.Kind.AUDIO:
            raise Rejected("no_sound")
    except ProviderError as error:
        text = _TEXTS.get(error.reason, f"O servidor de voz respondeu com erro ({error.reason}): confira-o.")
        # Replies leave as text meanwhile.
        return Finding("speech", Level.WARNING, text)
    return Finding("speech", Level.OK, f"O modelo de voz {settings.SPEECH_MODEL} fala.")
