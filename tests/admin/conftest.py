"""A manager at the keyboard and one row of everything."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Permission, User

from conversations import channel_cache
from conversations.models import GuardrailHit, Handoff, Message, Outbox, Turn
from knowledge import queries
from leads.models import Classification, Consent, Empresa, Fact, Orcamento, SubjectRequest
from tests.factories import (
    ChannelFactory,
    ConversationFactory,
    EventFactory,
    IdentityFactory,
    LeadFactory,
    MessageFactory,
    TurnFactory,
    now,
    queued,
)

SCRIPT = "<script>alert('lead')</script>"


@pytest.fixture(autouse=True)
def fresh_caches(monkeypatch):
    """Empty at first, and kept throughout: on a slow machine two seconds end between two visits that are compared."""
    monkeypatch.setattr(queries, "FLAG_CACHE_S", queries.CACHE_S)
    for forget in (channel_cache.forget, queries.clear_cache):
        forget()
    yield
    for forget in (channel_cache.forget, queries.clear_cache):
        forget()


@pytest.fixture
def manager(db, client):
    client.force_login(User.objects.create_superuser("gestora"))
    return client


@pytest.fixture
def clerk(db, client):
    """May look at everything and change nothing."""
    user = User.objects.create_user("atendente", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)
    return client


def story(number: int = 1) -> SimpleNamespace:
    """A conversation with everything that can happen in it; the lead writes markup everywhere they can."""
    channel = ChannelFactory.create()
    at = now()
    lead = LeadFactory.create()
    IdentityFactory.create(lead=lead, value=f"55119{number:08d}", display_name=f"Perfil {SCRIPT}")
    conversation = ConversationFactory.create(lead=lead, channel=channel, revision=1, pending_since=at)
    event = EventFactory.create(channel=channel, body=f'{{"text": {{"message": "{SCRIPT}"}}}}'.encode())
    message = MessageFactory.create(
        conversation=conversation, event=event, text=f"Sou a Marina {SCRIPT}", previous_texts=[SCRIPT], revision=1
    )
    fact = Fact.objects.create(
        lead=lead,
        field=Fact.Field.NOME,
        value=f"Marina {SCRIPT}",
        evidence=Fact.Evidence.SAID,
        quote=f"Sou a Marina {SCRIPT}",
        source_kind="mensagem",
        source_id=message.id,
        created_at=at,
    )
    Fact.objects.create(
        lead=lead,
        field=Fact.Field.CIDADE,
        value="Itajaí",
        evidence=Fact.Evidence.GIVEN,
        given_by="usuário:1",
        source_kind="usuário",
        created_at=at,
        superseded_at=at,
    )
    turn = TurnFactory.create(conversation=conversation, status=Turn.Status.REPLIED, finished_at=at)
    hit = GuardrailHit.objects.create(
        turn=turn,
        draft=f"Custa 10 mil {SCRIPT}",
        kinds=["price"],
        spans=[[6, 12, "price"]],
        reasons=["valor"],
        action="replaced",
        at=at,
    )
    row = queued(conversation, f"Olá! {SCRIPT}", turn=turn)[0]
    empresa = Empresa.objects.create(nome=f"Burger {SCRIPT}", created_at=at)
    return SimpleNamespace(
        channel=channel,
        lead=lead,
        conversation=conversation,
        event=event,
        message=message,
        fact=fact,
        turn=turn,
        guardrailhit=hit,
        outbox=row,
        handoff=Handoff.objects.create(
            conversation=conversation, reason=Handoff.Reason.HOT, queue=Handoff.Queue.SALES, opened_at=at
        ),
        empresa=empresa,
        orcamento=Orcamento.objects.create(lead=lead, empresa=empresa, produto="FB300", created_at=at),
        classification=Classification.objects.create(
            lead=lead, temperature="morno", score=50, reasons=[f"motivo {SCRIPT}"], at=at
        ),
        consent=Consent.objects.create(lead=lead, kind="opt_out", quote=SCRIPT, source_id=message.id, at=at),
        subjectrequest=SubjectRequest.objects.create(lead=lead, kind="access", opened_at=at, due_at=at),
    )


@pytest.fixture
def channel(db):
    return ChannelFactory.create()


@pytest.fixture
def told(db):
    return story()


@pytest.fixture
def stuck(db):
    """A bubble that the provider refused, alone in its conversation."""
    conversation = ConversationFactory.create(channel=ChannelFactory.create())
    row = queued(conversation, "Olá!")[0]
    Outbox.objects.filter(pk=row.pk).update(status=Outbox.Status.PARKED, reason="recusada:http_400", attempts=8)
    Message.objects.filter(pk=row.message_id).update(status=Message.Status.FAILED)
    row.refresh_from_db()
    return row


def press(client, model, action, *keys, confirmed=True, **fields):
    """An action of a list, as its form posts it."""
    data = {"action": action, "_selected_action": [str(key) for key in keys], "select_across": "0", **fields}
    if confirmed:
        data["confirmed"] = "yes"
    app = "leads" if model in ("lead", "fact") else "conversations"
    return client.post(f"/admin/{app}/{model}/", data, follow=True)
