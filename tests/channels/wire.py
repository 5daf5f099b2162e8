"""Contract samples and variations of them, as bytes on the wire."""

import json
from pathlib import Path
from typing import Any

PAYLOADS = Path(__file__).parent.parent / "payloads"
LEAD = "5511900000001"
LEAD_LID = "100000000000001@lid"


def sample(name: str, of: str = "zapi") -> bytes:
    return (PAYLOADS / of / f"{name}.json").read_bytes()


def webhook_samples(of: str = "zapi") -> list[str]:
    index = json.loads((PAYLOADS / "INDEX.json").read_text(encoding="utf-8"))["samples"]
    files = [Path(entry["file"]) for entry in index if entry["kind"].startswith("webhook")]
    return sorted(file.stem for file in files if file.parent.name == of)


def varied(name: str, *, without: tuple[str, ...] = (), **changes: Any) -> bytes:
    """A sample with some fields changed or left out."""
    payload = json.loads(sample(name)) | changes
    return json.dumps({key: value for key, value in payload.items() if key not in without}).encode()
