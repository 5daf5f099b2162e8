"""A client made from our schema by a generator that knows nothing of us reads and writes through a live server.

Making and importing it takes a second or two, so one test uses it from end to end.
"""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from conversations.models import Message
from seleto.lib import tokens
from seleto.lib.clock import now
from tests.factories import ConversationFactory, IdentityFactory, LeadFactory, MessageFactory

PACKAGE = "generated_seleto_client"


@pytest.fixture
def generated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The generated package, importable; nothing of it stays."""
    schema = SchemaGenerator().get_schema(public=True)
    (tmp_path / "schema.json").write_text(json.dumps(schema, default=str), encoding="utf-8")
    # Without the generator's own tidying up, which would call programs from the path.
    (tmp_path / "config.yml").write_text("post_hooks: []\n", encoding="utf-8")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    command += ["--path", "schema.json", "--config", "config.yml", "--output-path", PACKAGE]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module(PACKAGE)
    for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
        del sys.modules[name]


def part(path: str) -> Any:
    return importlib.import_module(f"{PACKAGE}.{path}")


@pytest.mark.django_db(transaction=True)
def test_it_reads_and_writes(generated: Any, live_server: Any) -> None:
    lead = LeadFactory.create(origin="whatsapp")
    IdentityFactory.create(lead=lead, value="5511900000001")
    conversation = ConversationFactory.create(lead=lead)
    MessageFactory.create(conversation=conversation, text="Quanto custa a FB700?")
    _, plain = tokens.create(name="painel", now=now(), scopes=(tokens.Scope.READ, tokens.Scope.OPERATE))
    client = generated.AuthenticatedClient(base_url=live_server.url, token=plain)

    leads = part("api.leads.leads_list").sync(client=client)
    said = part("api.conversations.conversations_messages_create").sync_detailed(
        conversation.pk,
        client=client,
        body=part("models.saying").Saying(text="Olá! Aqui é a Rute."),
        idempotency_key="pedido 1",
    )
    talk = part("api.conversations.conversations_retrieve").sync(conversation.pk, client=client)
    stranger = generated.AuthenticatedClient(base_url=live_server.url, token="slt_wrong")
    refused = part("api.leads.leads_list").sync_detailed(client=stranger)

    assert [row.id for row in leads.results] == [lead.pk]
    assert (said.status_code, said.parsed.text) == (201, "Olá! Aqui é a Rute.")
    assert Message.objects.get(author="person").text == "Olá! Aqui é a Rute."
    assert talk.owner == "human"
    assert refused.status_code == 401
    assert isinstance(refused.parsed, part("models.problem").Problem)
