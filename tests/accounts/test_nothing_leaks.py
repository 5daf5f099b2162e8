"""Made-up people go through every door and every failure; nothing of them is found where operators look."""

import io
import logging
import os
import random
import re
from types import SimpleNamespace

import httpx
import pytest
import respx
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection

from conversations import outbox
from conversations.models import Message
from knowledge import loader
from leads.models import Identity
from seleto.lib import clock, jobs, logs, tokens
from tests import cloud_api, zapi
from tests.conversations import chatwoot
from tests.conversations.model import answer, completion
from tests.factories import ChannelFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.security]
# What operators, monitors and other programs read; the rows of leads themselves are not among them.
TABLES = ["django_q_ormq", "django_q_task", "django_q_schedule", "lib_auditentry", "lib_alert", "lib_circuit",
          "lib_ratebucket", "lib_heartbeat", "django_admin_log"]  # fmt: skip
SYLLABLES = "xa vro zel qui dru fex jol kym wuz pli".split()


def person(seed: int) -> SimpleNamespace:
    """Somebody whose words and numbers stand nowhere else in the system."""
    dice = random.Random(seed)

    def word() -> str:
        return "".join(dice.choice(SYLLABLES) for _ in range(4))

    name, surname, secret = word(), word(), word()
    phone = f"5547{dice.randint(910_000_000, 999_999_999)}"
    cpf = "".join(str(dice.randint(0, 9)) for _ in range(11))
    cnpj = "".join(str(dice.randint(0, 9)) for _ in range(14))
    text = f"Sou {name.title()} {surname.title()}, meu segredo é {secret}, CPF {cpf}, CNPJ {cnpj}, {name}@{surname}.com"
    return SimpleNamespace(
        name=f"{name.title()} {surname.title()}",
        phone=phone,
        text=text,
        marks=[name, surname, secret, phone[4:], cpf, cnpj],
    )


@pytest.fixture
def heard():
    """What goes to the logs, in the form that production writes."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.formatter(readable=False))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def outside(settings):
    """Chatwoot, providers and the model; ``fails`` makes each of them repeat what it was told in its refusal."""
    settings.SECOND_FACTOR_REQUIRED = False
    settings.LLM_API_KEY, settings.TYPING_MAX_S = "key-of-the-model", 0
    settings.QUIET_DEFAULT_S = settings.QUIET_AFTER_ANSWER_S = settings.QUIET_FRAGMENT_S = 0
    settings.OUTBOX_RETRY_S = settings.INGEST_RETRY_S = settings.TURN_RETRY_S = 3600
    settings.ZAPI_MEDIA_HOSTS = ["media.example"]
    loader.load()
    state = SimpleNamespace(fails=False, reply="Posso ajudar?")

    def respond(request: httpx.Request) -> httpx.Response:
        if state.fails:
            return httpx.Response(500, text=request.content.decode("utf-8", "replace"))
        if request.url.path.endswith("/chat/completions"):
            return completion(answer(state.reply))
        return httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z", "id": 1, "payload": []})

    with respx.mock(assert_all_called=False) as router:
        router.route().side_effect = respond
        yield state


def work() -> None:
    """As the worker does: what a stage raises is told and the next goes on."""
    for stage in list(jobs._stages):
        try:
            jobs.run_due(stage)
        except Exception:  # noqa: BLE001 - as the worker does
            logs.get("worker").exception("stage_failed", stage=stage)


def refuse(text: str):
    """Something of ours that fails with what it was working on."""

    def failing(*_, **__):
        raise ValueError(text)

    return failing


def leaks(heard: io.StringIO, client, who: SimpleNamespace) -> dict[str, list[str]]:
    found = {"logs": heard.getvalue(), "metrics": client.get("/metrics").content.decode()}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            found[table] = cursor.fetchone()[0]
    told = {place: re.sub(r"[\s().+-]", "", text.casefold()) for place, text in found.items()}
    return {
        place: [
            line for line in text.splitlines() if who.phone[-9:] in line or any(m in line.casefold() for m in who.marks)
        ]
        for place, text in found.items()
        if any(mark in told[place] or mark in text.casefold() for mark in (*who.marks, who.phone))
    }


def write(who: SimpleNamespace) -> None:
    """Every kind of call that a provider makes, and what somebody else sends."""
    sender = {"phone": who.phone, "senderName": who.name, "chatName": who.name}
    url = f"https://media.example/{who.marks[0]}.ogg"
    zapi.post(zapi.received(who.text, **sender))
    zapi.post(zapi.received(None, image={"imageUrl": url, "caption": who.text, "mimeType": "image/jpeg"}, **sender))
    zapi.post(zapi.received(None, audio={"audioUrl": url, "mimeType": "audio/ogg", "seconds": 3}, **sender))
    zapi.post(zapi.received(None, contact={"displayName": who.name, "phones": [who.phone]}, **sender))
    zapi.post(zapi.received(None, novelty={who.name: who.text}, **sender))
    zapi.post(zapi.status([who.text[:30]], "READ", phone=who.phone))
    zapi.post({"type": who.name, "text": who.text, "phone": who.phone})
    zapi.post(who.text.encode())
    zapi.post({"phone": who.phone, "text": who.text}, secret=who.marks[2])
    zapi.post({"phone": who.phone, "text": who.text}, channel=who.phone)
    cloud_api.post(
        {"object": "whatsapp_business_account", "entry": [{"id": who.phone, "changes": [{"value": who.text}]}]}
    )
    cloud_api.post({"entry": who.text}, secret="wrong")
    chatwoot.post({"event": "message_created", "content": who.text, "sender": {"name": who.name, "phone": who.phone}})
    chatwoot.post({"event": who.name, "content": who.text}, secret=who.marks[2])


@pytest.mark.parametrize("seed", range(1, 20 if os.environ.get("FULL") == "1" else 2))
def test_nothing_of_a_person_is_found_where_operators_look(client, heard, outside, seed, monkeypatch):
    who = person(seed)
    channel = ChannelFactory.create()
    chatwoot.inbox(channel)

    write(who)
    work()
    assert Identity.objects.filter(value=who.phone).exists()

    outside.fails = True
    write(who)
    work()

    outside.fails = False
    outside.reply = "Combinado!"
    for broken in (Message, outbox):
        monkeypatch.setattr(broken, "save" if broken is Message else "client", refuse(who.text))
    write(who)
    work()

    assert leaks(heard, client, who) == {}
    assert heard.getvalue().count("\n") > 5, "the test has to hear something"


@pytest.mark.parametrize("seed", [4])
def test_nothing_of_a_person_is_found_after_odd_requests_and_commands(client, heard, outside, seed, monkeypatch):
    who = person(seed)
    client.raise_request_exception = False
    _, token = tokens.create(name="painel", scopes=list(tokens.Scope), now=clock.now(), days=30)
    bearer = {"Authorization": f"Bearer {token}"}
    for address in (
        f"/api/v1/{who.phone}",
        f"/api/v1/conversations?phone={who.phone}&q={who.marks[0]}",
        f"/{who.text}",
    ):
        client.get(address, headers=bearer)
    client.post("/api/v1/guardrails/review", {"text": [who.text], who.name: 1}, "application/json", headers=bearer)
    client.post("/api/v1/guardrails/review", who.text, "application/json", headers=bearer)
    client.get("/api/v1/conversations", headers={"Authorization": f"Bearer slt_{who.marks[2]}"})
    client.post("/admin/login/", {"username": who.name, "password": who.marks[2]})

    client.force_login(User.objects.create_superuser("gestora"))
    for address in ("leads/lead/", "conversations/conversation/", "search/", f"leads/lead/{who.marks[0]}/change/"):
        client.get(f"/admin/{address}", {"q": who.text, "s": who.name, who.phone: who.phone})
    from leads.admin import EmpresaAdmin

    monkeypatch.setattr(EmpresaAdmin, "get_queryset", refuse(who.text))
    assert client.get("/admin/leads/empresa/").status_code == 500
    for command in (("pause_agent", who.phone), ("resume_agent", who.phone), ("reset_second_factor", who.name)):
        try:
            call_command(*command, stdout=io.StringIO(), stderr=io.StringIO())
        except (CommandError, SystemExit):
            logs.get("command").exception("command_failed")

    assert leaks(heard, client, who) == {}
    assert "Internal Server Error" in heard.getvalue()


def test_the_search_finds_what_is_there(client, heard, outside):
    who = person(9)
    logging.getLogger("anybody").warning("a plain line of %s", who.marks[0])

    assert list(leaks(heard, client, who)) == ["logs"]
