"""A played conversation for people at a terminal."""

from conversations.evals.observed import Line
from conversations.evals.player import Played

_WHO = {
    "lead": "lead",
    "agent": "agente",
    "sdr_phone": "pessoa no celular",
    "sdr_chatwoot": "pessoa no Chatwoot",
    "system": "sistema",
}


def transcript(played: Played) -> str:
    """The conversation line by line, then every assertion that does not hold."""
    verdict = "passou" if played.passed else "FALHOU"
    lines = [f"── {played.id} · {played.title} · {verdict}", *map(_line, played.lines)]
    lines += [f"  ✗ {result.key}: {result.why}" for result in played.results if not result.passed]
    return "\n".join([*lines, ""])


def _line(line: Line) -> str:
    minutes, seconds = divmod(round(line.at), 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours:02}:{minutes:02}:{seconds:02}"
    kind = "" if line.type in ("text", "event") else f"[{line.type}] "
    text = line.text.replace("\n", "\n" + " " * 32)
    return f"{clock:>9}  {_WHO.get(line.sender, line.sender):<20}{kind}{text}"
