"""What the fake number remembers besides the messages: files, templates, and how it behaves."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

FILE_ID_BASE = 900_000_000_000_000
URL_VALID = timedelta(minutes=5)
PAIR_BURST = 6


@dataclass
class File:
    """A file behind a media id, sent by a lead or uploaded by the product."""

    id: str
    mime: str
    name: str
    content: bytes = field(repr=False, default=b"")


@dataclass
class Template:
    name: str
    language: str = "pt_BR"
    status: str = "APPROVED"
    category: str = "UTILITY"
    body: str = ""
    quality: str = "UNKNOWN"

    def places(self) -> int:
        number = 0
        while f"{{{{{number + 1}}}}}" in self.body:
            number += 1
        return number

    def as_row(self) -> dict[str, object]:
        return {
            "id": f"{self.name}:{self.language}",
            "name": self.name,
            "language": self.language,
            "status": self.status,
            "category": self.category,
            "quality_score": {"score": self.quality},
            "rejected_reason": "NONE",
            "components": [{"type": "BODY", "text": self.body}],
        }


@dataclass
class Settings:
    """``window_h`` 0 judges no window; ``pair_interval_s`` 0 sets no pace per lead; ``page`` is of templates."""

    window_h: float = 24.0
    pair_interval_s: float = 0.0
    quality: str = "GREEN"
    token_revoked: bool = False
    echo_callback_data: bool = True
    page: int = 25


@dataclass
class State:
    files: dict[str, File] = field(default_factory=dict)
    templates: list[Template] = field(default_factory=list)
    settings: Settings = field(default_factory=Settings)
    heard_at: dict[str, datetime] = field(default_factory=dict)
    told_at: dict[str, list[datetime]] = field(default_factory=dict)
    made: int = 0

    @classmethod
    def fresh(cls) -> "State":
        """With one template approved and one that is not."""
        return cls(
            templates=[
                Template("retomada_atendimento", body="Olá {{1}}, podemos continuar o seu atendimento?"),
                Template("aviso_pausado", status="PAUSED", body="Olá!"),
            ]
        )

    def keep(self, mime: str, name: str, content: bytes = b"") -> File:
        self.made += 1
        file = File(id=str(FILE_ID_BASE + self.made), mime=mime, name=name, content=content)
        self.files[file.id] = file
        return file

    def window_open(self, key: str, now: datetime) -> bool:
        hours = self.settings.window_h
        heard = self.heard_at.get(key)
        return not hours or (heard is not None and now - heard < timedelta(hours=hours))

    def too_fast(self, key: str, now: datetime) -> bool:
        """One message in ``pair_interval_s``, after a burst that is free (section 3)."""
        gap = self.settings.pair_interval_s
        if not gap:
            return False
        recent = [at for at in self.told_at.get(key, []) if now - at < timedelta(seconds=gap * PAIR_BURST)]
        if len(recent) >= PAIR_BURST:
            return True
        self.told_at[key] = [*recent, now]
        return False
