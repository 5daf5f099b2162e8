"""However the steps of agent, delivery and people fall between each other, no bot message is claimed after a person's
message is committed (I5). Each run is drawn from a seed; ``make chaos FULL=1 PART=interleavings`` runs 10,000 of them,
``SEED=…`` repeats one."""

import json
import os
import random
from typing import Any

import pytest
from django.db import connection

from conversations import channel_cache, outbox
from conversations.agent.state import Decision
from conversations.channels.base import EventKind, RawEvent, Sent
from conversations.chatwoot import inboxes
from conversations.chatwoot.events import message_key
from conversations.ingest import stage as ingest
from conversations.models import ChatwootLink, Conversation, Event, Outbox, ResumeRule
from conversations.turns import stage as turns
from conversations.webhooks.base import store
from knowledge import loader, queries
from seleto.lib import connections as lent
from seleto.lib import jobs, ownership
from seleto.lib.errors import Unavailable
from tests import zapi
from tests.chaos.journal import JOURNAL, NO_JOURNAL
from tests.conversations import chatwoot
from tests.conversations.interleaving import Conductor, step
from tests.factories import ChannelFactory, IdentityFactory, now, queued, waiting

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

FULL = os.environ.get("CHAOS_FULL") == "1"
SEED = os.environ.get("CHAOS_SEED", "")
PARTS = 4
RUNS = 10_000 if FULL else 120
SEEDS = [[int(SEED)]] if SEED else [list(range(part, RUNS, PARTS)) for part in range(PARTS)]


class Provider:
    """Takes what is sent, or refuses it first; a step before and after, as a network would."""

    def __init__(self) -> None:
        self.took: list[tuple[str, str]] = []
        self.refusals = 0

    def send_text(self, *, to: str, text: str, **_: Any) -> Sent:
        step("before sending")
        if self.refusals:
            self.refusals -= 1
            raise Unavailable("http_503", status=503)
        self.took.append((to, text))
        step("sent")
        return Sent(zapi.message_id())

    def mark_read(self, **_: Any) -> None:
        step("read")


@pytest.fixture
def world(transactional_db, settings, monkeypatch):
    settings.CHANNEL_CACHE_S = 3600
    settings.TYPING_MAX_S = settings.QUIET_AFTER_ANSWER_S = settings.QUIET_DEFAULT_S = settings.QUIET_FRAGMENT_S = 0
    settings.OUTBOX_RETRY_S, settings.OUTBOX_MAX_ATTEMPTS, settings.CIRCUIT_FAILURES = 0, 10, 1_000_000
    loader.load()
    channel = ChannelFactory.create()
    chatwoot.inbox(channel)
    provider = Provider()
    monkeypatch.setattr(outbox, "client", lambda channel: provider)
    # Every actor keeps its own connection, or half the time would go into making them.
    monkeypatch.setattr(lent, "release", lambda: None)
    monkeypatch.setattr(queries, "CACHE_S", 3600.0)
    monkeypatch.setattr(queries, "FLAG_CACHE_S", 3600.0)
    monkeypatch.setattr(queries._cached, "__defaults__", (3600.0,))
    channel_cache.all_views()
    inboxes.of_channel(channel.id)
    outbox.silenced_channels()
    with ownership.owning(), connection.cursor() as cursor:
        cursor.execute(JOURNAL)
    conductor = Conductor(["turn", "deliver", "person", "second", "assign", "resume", "lead"])
    try:
        yield channel_cache.by_id(channel.id), provider, conductor
    finally:
        conductor.close()
        with ownership.owning(), connection.cursor() as cursor:
            cursor.execute(NO_JOURNAL)


@pytest.mark.parametrize("seeds", SEEDS, ids=lambda seeds: f"{seeds[0]}+{len(seeds)}")
def test_i5_no_bot_message_is_claimed_after_a_persons_commit(world, monkeypatch, seeds):
    for seed in seeds:
        try:
            One(seed, world, monkeypatch).run()
        except Exception as error:
            raise AssertionError(
                f"Seed {seed} (make chaos FULL=1 PART=interleavings SEED={seed}): {type(error).__name__}: {error}"
            ) from error


class One:
    """One conversation and what happens around it at the same moment."""

    def __init__(self, seed: int, world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.channel, self.provider, self.conductor = world
        self.seed, self.rng = seed, random.Random(seed)
        self.phone = f"55119{seed:08d}"
        self.number = 1_000 + seed  # of the conversation in Chatwoot
        self.bubbles = [f"resposta {part} de {seed}" for part in range(self.rng.randint(1, 3))]
        self.hands_over = self.rng.random() < 0.2
        self.regenerates = self.rng.random() < 0.5
        self.provider.took.clear()
        self.provider.refusals = self.rng.choice([0, 0, 0, 1, 2])
        monkeypatch.setattr(turns, "think", self._think)

    def run(self) -> None:
        conversation = waiting("vocês vendem formadora?", address=self.phone, memory={"notice_given": True})
        IdentityFactory.create(lead=conversation.lead, value=self.phone)
        ChatwootLink.objects.create(lead=conversation.lead, channel_id=self.channel.id, display_id=self.number)
        if self.rng.random() < 0.4:  # a reply already waits to leave
            queued(conversation, *[f"pronta {part} de {self.seed}" for part in range(2)])
        minutes = self.rng.choice([None, 0])
        ResumeRule.objects.update_or_create(
            pk=1, defaults={"idle_min_off_hours": 30 if minutes is None else 0, "idle_min_business": minutes}
        )
        self.conductor.conduct(self._cast(), self.rng)
        jobs.run_due("ingest", "turn", "deliver")
        self._check(conversation)

    def _cast(self) -> dict[str, Any]:
        cast = {"turn": self._answer, "deliver": self._deliver, "person": self._person}
        others = {"second": self._second, "assign": self._assign, "resume": self._resume, "lead": self._lead}
        return cast | {name: job for name, job in others.items() if self.rng.random() < 0.3}

    # --- what they do

    def _think(self, state: Any, snapshot: Any, *, now: Any) -> Decision:
        step("model call")
        if self.regenerates:
            step("regeneration")
        step("verdict")
        texts = tuple(f"{text} até {state.revision}" for text in self.bubbles)
        return Decision(
            bubbles=texts,
            reviewed=tuple(outbox.digest(text) for text in texts),
            handoff_reason="pediu_humano" if self.hands_over else "",
        )

    def _answer(self) -> None:
        for _ in range(2):
            for claim in turns.claim(1):
                turns.run(claim)

    def _deliver(self) -> None:
        for _ in range(4):
            for row in outbox.claim(2):
                outbox.run(row)

    def _person(self) -> None:
        if self.seed % 3:
            self._writes(1, "Oi! Aqui é a Bianca.")
        else:
            body = zapi.received("Oi! Aqui é a Bianca.", phone=self.phone, fromMe=True, fromApi=False)
            self._arrives(f"fone:{self.seed}", EventKind.MESSAGE, body)

    def _second(self) -> None:
        self._writes(2, "E eu sou o Caio.", sender={"id": 12, "name": "Caio SDR", "type": "user"})

    def _resume(self) -> None:
        self._writes(3, "/retomar", private=True)

    def _assign(self) -> None:
        body = chatwoot.changed(self.number, assignee=chatwoot.SDR, assignee_id=(None, chatwoot.SDR))
        self._arrives(f"cw:assign:{self.seed}", EventKind.CHATWOOT, body)

    def _lead(self) -> None:
        body = zapi.received("e quanto tempo leva?", phone=self.phone)
        self._arrives(f"lead:{self.seed}", EventKind.MESSAGE, body)

    def _writes(self, number: int, text: str, **fields: Any) -> None:
        message_id = self.seed * 10 + number
        body = chatwoot.written(text, display_id=self.number, message_id=message_id, **fields)
        self._arrives(message_key(message_id), EventKind.CHATWOOT, body)

    def _arrives(self, key: str, kind: EventKind, body: dict[str, Any]) -> None:
        raw = RawEvent(key=key, kind=kind, instance_id="", body=json.dumps(body).encode())
        store(self.channel, [raw], received_at=now(), correlation_id="")
        for event in ingest.claim(5):
            ingest.run(event)

    # --- what must hold

    def _check(self, conversation: Conversation) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT what, who, row_id, people FROM commits WHERE conversation = %s ORDER BY at", [conversation.pk]
            )
            commits = cursor.fetchall()
        claims = [row_id for what, _, row_id, _ in commits if what == "claim"]
        story = " < ".join(f"{who} {what}" for what, who, _, _ in commits)
        person_spoke, people = False, 0
        for what, who, _, seen in commits:
            if what == "wrote":
                person_spoke, people = True, people + 1
            elif what == "owner":
                person_spoke = person_spoke and who != Conversation.Owner.AGENT
            else:
                assert seen == people, f"A claim saw {seen} messages of people where {people} stood: {story}"
                assert not (who == "agent" and person_spoke), f"The bot spoke over a person: {story}"
        assert people >= 1, story
        sent = [text for to, text in self.provider.took if to == self.phone]
        claimed = set(Outbox.objects.filter(pk__in=claims).values_list("text", flat=True))
        assert len(set(sent)) == len(sent), "Sent twice."
        assert set(sent) <= claimed, "What left was never claimed."
        typed = Outbox.objects.filter(conversation=conversation, origin="person")
        assert set(typed.values_list("status", flat=True)) <= {"sent"}, "A person's text did not leave."
        left = Event.objects.filter(status=Event.Status.NEW) | Event.objects.filter(status=Event.Status.PARKED)
        assert not left.exists(), f"Not taken in: {[(row.status, row.reason, row.attempts) for row in left]}"
        if person_spoke:
            conversation.refresh_from_db()
            assert (conversation.owner, conversation.turn_due_at) == ("human", None), story
