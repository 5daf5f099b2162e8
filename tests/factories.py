"""Rows for tests, with fictional people and sensible defaults."""

from datetime import UTC, datetime, timedelta
from typing import Any

import factory
from django.conf import settings
from factory.django import DjangoModelFactory

from conversations import outbox
from conversations.models import Channel, Conversation, Event, Message, Outbox, Turn
from knowledge.models import PromptVersion
from leads.models import Identity, Lead

INSTANCE = "3C0000000000000000000000000000AA"
SECRET = "segredo-do-webhook"
INSTANCE_TOKEN = "token-da-instancia"
PHONE = "5511900000001"


def now() -> datetime:
    return datetime.now(UTC)


class ChannelFactory(DjangoModelFactory[Channel]):
    class Meta:
        model = Channel
        django_get_or_create = ("slug",)

    slug = "principal"
    name = "WhatsApp principal"
    provider = Channel.Provider.ZAPI
    instance_id = INSTANCE
    credentials = {"instance_token": INSTANCE_TOKEN, "client_token": "token-do-cliente"}
    webhook_secrets = {"atual": SECRET}
    min_interval_ms = 0
    # Nobody asks the provider about it by himself, however far a test travels; see also CHANNEL_POLL_S in conftest.
    watched_at = factory.LazyFunction(now)
    templates_at = factory.LazyFunction(lambda: now() + timedelta(days=365))
    created_at = factory.LazyFunction(now)


class LeadFactory(DjangoModelFactory[Lead]):
    class Meta:
        model = Lead

    created_at = factory.LazyFunction(now)


class IdentityFactory(DjangoModelFactory[Identity]):
    class Meta:
        model = Identity

    lead = factory.SubFactory(LeadFactory)
    kind = Identity.Kind.PHONE
    value = PHONE


class ConversationFactory(DjangoModelFactory[Conversation]):
    class Meta:
        model = Conversation

    lead = factory.SubFactory(LeadFactory)
    channel = factory.SubFactory(ChannelFactory)
    address = PHONE
    opened_at = factory.LazyFunction(now)
    last_message_at = factory.SelfAttribute("opened_at")
    owner_since = factory.SelfAttribute("opened_at")
    # Already under way: what is said at first contact has tests of its own.
    memory = factory.LazyFunction(lambda: {"notice_given": True})


class MessageFactory(DjangoModelFactory[Message]):
    class Meta:
        model = Message

    conversation = factory.SubFactory(ConversationFactory)
    channel = factory.SelfAttribute("conversation.channel")
    author = Message.Author.LEAD
    text = "Oi"
    status = Message.Status.RECEIVED
    provider_id = factory.Sequence(lambda number: f"3EB0A{number:017d}")
    sent_at = factory.LazyFunction(now)
    created_at = factory.SelfAttribute("sent_at")


class EventFactory(DjangoModelFactory[Event]):
    class Meta:
        model = Event

    channel = factory.SubFactory(ChannelFactory)
    key = factory.Sequence(lambda number: f"evento-{number}")
    kind = "message"
    body = b"{}"
    received_at = factory.LazyFunction(now)
    due_at = factory.SelfAttribute("received_at")


class PromptFactory(DjangoModelFactory[PromptVersion]):
    """The shipped prompt, published."""

    class Meta:
        model = PromptVersion

    version = "v1"
    status = PromptVersion.Status.PUBLISHED
    text = factory.LazyFunction(lambda: (settings.BASE_DIR / "prompts" / "sp_agente_v1.xml").read_text("utf-8"))
    published_at = factory.LazyFunction(now)


class TurnFactory(DjangoModelFactory[Turn]):
    class Meta:
        model = Turn

    conversation = factory.SubFactory(ConversationFactory)
    started_at = factory.LazyFunction(now)
    leased_until = factory.LazyFunction(lambda: now() + timedelta(seconds=12))


def waiting(text: str = "Oi, tudo bem?", **fields: Any) -> Conversation:
    """A conversation whose lead wrote ``text`` and whose silence is over."""
    past = now() - timedelta(seconds=1)
    conversation = ConversationFactory.create(
        revision=1, pending_since=past, turn_due_at=past, **{"last_message_at": past, **fields}
    )
    MessageFactory.create(conversation=conversation, text=text, revision=1, sent_at=past)
    return conversation


def queued(conversation: Conversation, *texts: str, **fields: Any) -> list[Outbox]:
    """Reviewed bubbles of the agent, queued in order and due."""
    rows = outbox.enqueue(
        conversation,
        [outbox.Bubble(text, 0) for text in texts],
        turn=fields.pop("turn", None),
        reviewed=[outbox.digest(text) for text in texts],
        now=now() - timedelta(seconds=1),
        **fields,
    )
    conversation.save()
    return rows
