"""Incidents of our own house: slow answers, work that waits for people, web and database."""

import time
from datetime import timedelta

from conversations.models import Conversation, Handoff, Outbox
from knowledge import calendar
from seleto.drills.stage import Incident, Stage, quiet
from seleto.lib import clock

_READ_ONLY, _DOWN = "O banco de dados não aceita escrita", "O processo web não responde"
_PATIENCE_S = 45.0


def _slow(stage: Stage) -> None:
    stage.tell("model", {"latency_s": 6, "times": None})
    stage.writes("Quero conhecer a FB300.")


def _resting(stage: Stage) -> None:
    stage.tell("faults", {"endpoint": "/chatwoot/*", "status": 503})
    stage.writes("Quero conhecer a FB300.")


def _refused(stage: Stage) -> None:
    stage.tell("faults", {"endpoint": "*/send-text", "status": 400, "times": 1})
    stage.writes("Quero conhecer a FB300.")


def _left_waiting(stage: Stage) -> None:
    """A lead asks for a person, and business hours go by."""
    stage.writes("Quero falar com um atendente, por favor.")
    deadline = time.monotonic() + _PATIENCE_S
    while not Handoff.objects.exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    opened = Handoff.objects.latest("opened_at").opened_at
    stage.later(calendar.add_business_minutes(opened, 65) - clock.now() + timedelta(seconds=1))


def _picked_up(_: Stage) -> bool:
    return quiet("handoff:") and not Handoff.objects.filter(closed_at=None, picked_up_at=None).exists()


def _read_only(stage: Stage) -> None:
    stage.database_takes(writing=False)


def _takes_no_writing(stage: Stage) -> str:
    answer = stage.get("/readyz")
    return _READ_ONLY if answer is not None and "read_only" in answer.text else ""


def _takes_writing(stage: Stage) -> bool:
    if _takes_no_writing(stage):
        return False
    if not Conversation.objects.filter(address=stage.lead).exists():
        stage.writes("Quero conhecer a FB300.")
    return stage.answered()


def _web_is_down(stage: Stage) -> str:
    return "" if stage.get("/healthz") else _DOWN


def _web_is_back(stage: Stage) -> bool:
    if _web_is_down(stage):
        return False
    if not Conversation.objects.filter(address=stage.lead).exists():
        stage.writes("Quero conhecer a FB300.")
    return stage.answered()


OURS = (
    Incident(
        "respostas-lentas",
        "O modelo demora e as respostas atrasam",
        ("model:slow",),
        _slow,
        lambda stage: stage.answered(),
        {"HOLD_AFTER_S": "2"},
    ),
    Incident(
        "sistema-externo",
        "Um sistema externo falha e fica em descanso",
        ("circuit:chatwoot",),
        _resting,
        lambda stage: stage.answered() and quiet("circuit:"),
        {"CHATWOOT_RETRY_S": "0.5"},
    ),
    Incident(
        "trabalho-parado",
        "Trabalho parado espera uma pessoa",
        ("outbox:parked",),
        _refused,
        lambda stage: quiet("outbox:") and not Outbox.objects.filter(to=stage.lead).exclude(status="sent").exists(),
    ),
    Incident(
        "lead-quente-esperando",
        "Um lead espera atendimento e ninguém assume",
        ("handoff:",),
        _left_waiting,
        _picked_up,
    ),
    Incident(
        "banco-de-dados",
        "O banco de dados não aceita escrita",
        (),
        _read_only,
        _takes_writing,
        seen=_takes_no_writing,
    ),
    Incident(
        "web-fora-do-ar",
        "O processo web não responde",
        (),
        lambda stage: stage.web_stands_still(),
        _web_is_back,
        seen=_web_is_down,
    ),
)
