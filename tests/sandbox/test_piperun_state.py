"""What the fake PipeRun keeps over a restart, and what a start gives it anew."""

from pathlib import Path
from typing import Any

import httpx

from sandbox.config import from_environment
from tests.sandbox.piperun import NEW_LEAD, PIPELINE
from tests.sandbox.test_start import started

TOKEN = "0f0e0d0c0b0a09080706050403020100"  # pragma: allowlist secret - of a fake


def call(address: str, verb: str, path: str, **more: Any) -> Any:
    answer = httpx.request(verb, f"{address}/piperun/v1/{path}", headers={"token": TOKEN}, trust_env=False, **more)
    assert answer.is_success, answer.text
    return answer.json()["data"]


def test_a_restart_keeps_every_record_and_goes_on_counting(tmp_path: Path) -> None:
    arguments, token = ("--state", str(tmp_path / "state.json"), "--seed", "3"), {"SANDBOX_PIPERUN_TOKEN": TOKEN}
    with started(*arguments, **token) as address:
        tag = call(address, "POST", "tags", json={"name": "feira", "belongs": 1})
        body = {"title": "Lead", "pipeline_id": PIPELINE, "stage_id": NEW_LEAD, "tags": [{"id": tag["id"]}]}
        given = body | {"custom_fields": [{"id": 548001, "value": "400 kg/h"}]}
        deal = call(address, "POST", "deals", json=given)
        call(address, "POST", "notes", json={"deal_id": deal["id"], "text": "Resumo"})

    with started(*arguments, **token) as address:
        kept = call(address, "GET", f"deals/{deal['id']}", params={"with": "tags,customFields"})
        later = call(address, "POST", "deals", json=body)
        notes = call(address, "GET", "notes", params={"deal_id": deal["id"]})

    assert ([one["name"] for one in kept["tags"]], kept["customFields"][0]["value"]) == (["feira"], "400 kg/h")
    assert later["id"] == deal["id"] + 1
    assert [note["text"] for note in notes] == ["Resumo"]


def test_the_environment_sets_the_token() -> None:
    assert from_environment({"SANDBOX_PIPERUN_TOKEN": TOKEN}) == {"piperun_token": TOKEN}
