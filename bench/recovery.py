"""How long leads wait when something dies: ``python -m bench.recovery``. One installation with the settings as shipped.

Prints one JSON object of seconds: from ``kill -9`` of every cluster in the middle of model calls to the last lead's
first bubble; from the lead's message to the holding phrase with a model that hangs, and to the alert; from a frozen
queue to the answer. The machine's load stands beside them.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

_PATIENCE_S = 180.0
_LEADS = 6


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "seleto.settings")
    from seleto import bootstrap

    bootstrap.start_server()
    import django

    django.setup()
    from conversations.evals import installation

    with installation.running({"CHANNEL_POLL_S": "60", "WATCH_EVERY_S": "30"}) as running:
        figures = _measure(running)
    print(json.dumps({**figures, "load": [round(value, 1) for value in os.getloadavg()]}))
    return 0


def _measure(running: Any) -> dict[str, float]:
    from conversations.models import Turn
    from seleto.lib.models import Alert

    sandbox = httpx.Client(
        base_url=f"{running.product['ZAPI_BASE_URL'].removesuffix('/zapi')}/_sandbox/", timeout=30, trust_env=False
    )

    def told() -> set[str]:
        rows = sandbox.get("zapi/messages").json()["messages"]
        return {row["lead"] for row in rows if row["origin"] == "api"}

    def write(leads: list[str]) -> None:
        for lead in leads:
            sandbox.post("zapi/lead-message", json={"lead": lead, "text": "Quero conhecer a FB300."})

    def model(**settings: object) -> None:
        sandbox.post("model", json={"times": None, **settings}).raise_for_status()

    killed = [f"551190000500{number}" for number in range(_LEADS)]
    model(latency_s=10)
    write(killed)
    running_turns = Turn.objects.filter(status=Turn.Status.RUNNING, conversation__address__in=killed)
    _since(time.monotonic(), lambda: running_turns.count() == _LEADS)
    model(latency_s=0)
    struck = time.monotonic()
    _strike(running, signal.SIGKILL)
    figures = {"killed_turns_answered_s": _since(struck, lambda: set(killed) <= told())}

    model(mode="hang")
    written = time.monotonic()
    write(["5511900005101"])
    figures["holding_phrase_s"] = _since(written, lambda: "5511900005101" in told())
    alert = Alert.objects.filter(key__in=["model", "model:slow"], closed_at=None)
    figures["model_alert_s"] = _since(written, alert.exists)
    model(mode="normal", latency_s=0)
    answered = Turn.objects.filter(conversation__address="5511900005101", status=Turn.Status.REPLIED)
    figures["answered_after_return_s"] = _since(time.monotonic(), answered.exists)

    frozen = time.monotonic()
    _strike(running, signal.SIGSTOP)
    write(["5511900005201"])
    figures["frozen_queue_answered_s"] = _since(frozen, lambda: "5511900005201" in told())
    return figures


def _strike(running: Any, number: int) -> None:
    supervisor = running.processes["worker"].pid
    for child in Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split():
        os.killpg(int(child), number)


def _since(began: float, true: Callable[[], bool]) -> float:
    from django.db import connection

    while not true():
        if time.monotonic() - began > _PATIENCE_S:
            return -1.0
        connection.close()
        time.sleep(0.1)
    return round(time.monotonic() - began, 1)


if __name__ == "__main__":
    sys.exit(main())
