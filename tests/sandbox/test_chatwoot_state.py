"""What the fake Chatwoot keeps over a restart, and what a start gives it anew."""

from pathlib import Path
from typing import Any

import httpx

from sandbox.config import from_environment
from tests.sandbox.test_start import started

USER = {"api_access_token": "sandbox-chatwoot-user-token"}


def call(address: str, verb: str, path: str, **more: Any) -> Any:
    url = f"{address}/chatwoot/api/v1/accounts/1/{path}"
    answer = httpx.request(verb, url, headers=USER, trust_env=False, follow_redirects=True, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_restart_keeps_conversations_and_files_and_takes_the_new_address(tmp_path: Path) -> None:
    arguments = ("--state", str(tmp_path / "state.json"), "--seed", "3")
    with started(*arguments) as address:
        contact = {"inbox_id": 7, "source_id": "5511900000001", "name": "Marina Exemplo"}
        call(address, "POST", "contacts", json=contact)
        number = call(address, "POST", "conversations", json={"source_id": "5511900000001", "inbox_id": 7})["id"]
        call(address, "POST", f"conversations/{number}/labels", json={"labels": ["quente"]})
        files = {"attachments[]": ("a.pdf", b"%PDF", "application/pdf")}
        said = call(address, "POST", f"conversations/{number}/messages", files=files, data={"content": "segue"})

    with started(*arguments, SANDBOX_CHATWOOT_WEBHOOK_URL="http://127.0.0.1:9/hook") as address:
        kept = call(address, "GET", f"conversations/{number}")
        rows = call(address, "GET", f"conversations/{number}/messages")["payload"]
        later = call(address, "POST", f"conversations/{number}/messages", json={"content": "e mais"})
        inbox = call(address, "GET", "inboxes/7")
        file = httpx.get(rows[-1]["attachments"][0]["data_url"], trust_env=False, follow_redirects=True)

    assert (kept["labels"], kept["meta"]["sender"]["name"]) == (["quente"], "Marina Exemplo")
    assert [row["id"] for row in rows if row["message_type"] == 1] == [said["id"]]
    assert later["id"] > said["id"]
    assert file.content == b"%PDF"
    assert inbox["webhook_url"] == "http://127.0.0.1:9/hook"


def test_the_environment_sets_both_sides() -> None:
    given = {
        "SANDBOX_CHATWOOT_WEBHOOK_URL": "http://127.0.0.1:1/hook",
        "SANDBOX_CHATWOOT_USER_TOKEN": "user",
        "SANDBOX_CHATWOOT_BOT_TOKEN": "bot",
        "SANDBOX_CHATWOOT_SECRET": "secret",
    }

    assert from_environment(given) == {
        "chatwoot_webhook_url": "http://127.0.0.1:1/hook",
        "chatwoot_user_token": "user",
        "chatwoot_bot_token": "bot",
        "chatwoot_secret": "secret",
    }
