"""The pipe in one process, under a clock that is moved: lead, people, provider, model and CRM are played by the test.

Everything runs on one connection in one transaction of the test's, which is rolled back; a process that dies is an
exception that no product code catches, and what it had claimed stays claimed until its leases are ended. While a model
thinks and while a send is under way something else may happen (``during``).
"""

import contextlib
import functools
import itertools
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from conversations import channel_cache, followups, outbox, repair
from conversations.agent.decide import degraded, settled
from conversations.agent.state import Decision, Snapshot, TurnState
from conversations.channels import registry
from conversations.channels.base import EventKind, RawEvent, Sent
from conversations.chatwoot.events import message_key
from conversations.ingest import stage as ingest
from conversations.models import ChatwootLink, Conversation, Event, Message, Outbox
from conversations.turns import stage as turns
from conversations.webhooks.base import store
from crm import stage as crm
from knowledge.models import BusinessHours, FollowUpRule
from knowledge.queries import clear_cache
from seleto.lib import circuits, clock
from seleto.lib.errors import Ambiguous, Rejected, Unavailable
from tests import zapi
from tests.chaos.history import History, Row, rows_of
from tests.chaos.points import POINTS, Point, located
from tests.chaos.verdict import HANDOFF_REASONS, judge
from tests.conversations import chatwoot
from tests.crm.memory import Killed, MemoryCrm

START = datetime(2026, 11, 24, 12, 15, tzinfo=UTC)  # a Tuesday morning, offices open
LEADS = tuple(f"551190001{number:04d}" for number in range(1, 4))
GROUP = "120363000000000001-group"
STAGES: dict[str, Any] = {"ingest": ingest, "turn": turns, "deliver": outbox, "follow_up": followups, "crm": crm}
_INSIDE = ("ingest", "turn", "handoff", "outbox", "crm", "follow_up", "person")
# Points that can be passed without web, queue and Chatwoot's server.
HERE = tuple(point.name for point in POINTS if point.stage in _INSIDE and ":_mirror" not in point.where)
_LEASED = ("conversations_event", "conversations_outbox", "crm_crmsync", "crm_crmlink", "conversations_chatwootlink")
# Until an outage is over and everything due has been tried again.
_ROUNDS = 400


class Died(BaseException):
    """The process was killed here."""


class Phone:
    """The provider: takes texts, refuses them, loses the answer or the call; what it took comes back as events."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.took: list[Row] = []
        self.mode = "ok"
        self.echoes: list[tuple[str, str]] = []

    def send_text(self, *, to: str, text: str, reference: str, **_: Any) -> Sent:
        row = Outbox.objects.get(pk=reference)
        self._world.leaves(row)
        self._world.meanwhile()
        match self.mode:
            case "down":
                raise Unavailable("http_503", status=503)
            case "refuses":
                raise Rejected("invalid", status=400)
            case "lost before":
                raise Ambiguous("timeout")
        provider_id = zapi.message_id()
        entry = {"lead": to, "origin": "api", "type": "text", "text": text, "provider_id": provider_id}
        self.took.append({**entry, "row": str(row.pk)})
        self.echoes.append((to, provider_id))
        if self.mode == "lost after":
            raise Ambiguous("timeout")
        if self.mode == "dies after":
            raise Died
        return Sent(provider_id)

    def __getattr__(self, name: str) -> Callable[..., None]:
        """Whatever else a client can do (blue ticks, typing) has no effect that matters."""
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda **_: None


class World:
    """Call inside a database test. ``close`` gives the clock and everything else back."""

    def __init__(self, channel_id: Any) -> None:
        self.now = START
        self.channel = channel_cache.by_id(channel_id)
        self.phone = Phone(self)
        self.crm = MemoryCrm()
        self.model = "ok"
        self.armed = ""
        self.during: Callable[[], None] | None = None
        self.posted: list[Row] = []
        self.kept: list[tuple[bytes, str]] = []
        self.requeued: Counter[str] = Counter()
        self._numbers = itertools.count(1)
        self._patch = pytest.MonkeyPatch()
        try:
            self._install()
        except BaseException:  # a clock that stands still would meet every test after this one
            self.close()
            raise

    def close(self) -> None:
        self._patch.undo()

    def _install(self) -> None:
        from crm import gateways

        patch = self._patch
        patch.setattr(clock, "now", lambda: self.now)
        patch.setattr(outbox, "client", lambda channel: self.phone)
        patch.setattr(turns, "think", self._think)
        patch.setattr(gateways, "current", lambda: self.crm)
        self.crm.now = lambda: self.now
        for point in POINTS:
            if point.name in HERE:
                self._wrap(point)

    def _wrap(self, point: Point) -> None:
        owner, function = located(point)

        @functools.wraps(function)
        def pass_by(*args: Any, **kwargs: Any) -> Any:
            if point.when == "before":
                self._die_at(point)
            result = function(*args, **kwargs)
            if point.when == "after" and (result or not point.found):
                self._die_at(point)
            return result

        # By the name it hangs under: what stands there now may be a stand-in with a name of its own.
        self._patch.setattr(owner, point.where.replace(":", ".").rpartition(".")[2], pass_by)

    def _die_at(self, point: Point) -> None:
        if self.armed == point.name:
            self.armed = ""
            raise Died

    # --- what happens while something slow goes on

    def meanwhile(self) -> None:
        happens, self.during = self.during, None
        if happens is not None:
            happens()

    def _think(self, state: TurnState, snapshot: Snapshot, *, now: datetime) -> Decision:
        self.meanwhile()
        if self.model == "dies":
            self.model = "ok"
            raise Died
        decision = settled(state, snapshot)
        if decision is not None:
            return decision
        if self.model == "down":
            return degraded(state, snapshot, reason="modelo:timeout")
        heard = snapshot.heard
        assert heard is not None
        texts = tuple(
            f"Resposta {part} até {state.revision} de {state.turn_id}" for part in range(state.revision % 3 + 1)
        )
        return Decision(
            bubbles=texts,
            reviewed=tuple(outbox.digest(text) for text in texts),
            facts=heard.facts,
            engagement=heard.engagement,
            memory=replace(state.memory, notice_given=True),
            handoff_reason="pediu_humano" if self.model == "hands over" else "",
        )

    # --- events

    def arrives(self, body: bytes, *, lead: str = "", **fields: Any) -> None:
        """A provider's webhook, stored as the door stores it."""
        events = registry.get("zapi").parser.split(body)
        store(self.channel, events, received_at=self.now, correlation_id="")
        self.kept.append((body, lead))
        if lead:
            self.posted.append({"lead": lead, "status": 200, **fields})

    def writes(self, lead: str, text: str, *, ago: timedelta = timedelta(0), **fields: Any) -> str:
        payload = zapi.received(text, phone=lead, momment=self._stamp(ago), **fields)
        self.arrives(json.dumps(payload).encode(), lead=lead, id=payload["messageId"])
        return str(payload["messageId"])

    def person_on_phone(self, lead: str) -> None:
        text = f"Oi, aqui é a Bianca {next(self._numbers)}"
        payload = zapi.received(text, phone=lead, momment=self._stamp(), fromMe=True, fromApi=False)
        self.arrives(json.dumps(payload).encode())

    def group_writes(self) -> None:
        payload = zapi.received("Quanto custa?", phone=GROUP, momment=self._stamp(), isGroup=True)
        self.arrives(json.dumps(payload).encode())
        self.posted.append(
            {"lead": GROUP, "status": 200, "id": payload["messageId"], "silent": True, "answered": False}
        )

    def echo(self) -> None:
        """The oldest of what the provider took comes back as our own, or is read."""
        if self.phone.echoes:
            to, provider_id = self.phone.echoes.pop(0)
            payload = zapi.received(
                "eco", phone=to, messageId=provider_id, momment=self._stamp(), fromMe=True, fromApi=True
            )
            self.arrives(json.dumps(payload).encode())
            self.arrives(json.dumps(zapi.status([provider_id], "READ", phone=to, momment=self._stamp())).encode())

    def sdr(self, lead: str, text: str, **fields: Any) -> None:
        """Somebody writes in Chatwoot, once the conversation stands there."""
        number = self._display_id(lead)
        if number:
            message_id = next(self._numbers) + 100_000
            body = chatwoot.written(text, display_id=number, message_id=message_id, **fields)
            self._from_chatwoot(message_key(message_id), body)

    def sdr_resolves(self, lead: str) -> None:
        number = self._display_id(lead)
        if number:
            body = chatwoot.changed(number, status=("open", "resolved"))
            self._from_chatwoot(f"cw:status:{next(self._numbers)}", body)

    def _from_chatwoot(self, key: str, body: dict[str, Any]) -> None:
        raw = RawEvent(key=key, kind=EventKind.CHATWOOT, instance_id="", body=json.dumps(body).encode())
        store(self.channel, [raw], received_at=self.now, correlation_id="")

    def _display_id(self, lead: str) -> int:
        """Of the link, given here in the mirror's place."""
        link = ChatwootLink.objects.filter(lead__identities__value=lead).first()
        if link is None:
            return 0
        if link.display_id is None:
            link.display_id = 40 + LEADS.index(lead)
            link.save(update_fields=["display_id"])
        return int(link.display_id)

    def again(self, number: int) -> None:
        """Something that was delivered before is delivered once more."""
        if self.kept:
            body, _ = self.kept[number % len(self.kept)]
            events = registry.get("zapi").parser.split(body)
            store(self.channel, events, received_at=self.now, correlation_id="")

    def _stamp(self, ago: timedelta = timedelta(0)) -> int:
        return int((self.now - ago).timestamp() * 1000)

    # --- work

    def work(self, stage: str, limit: int = 3) -> int:
        """Claim and work; a death leaves the rest of what was claimed in dead hands."""
        claims: Sequence[Any] = ()
        try:
            claims = STAGES[stage].claim(limit)
            for claim in claims:
                self._may_leave(stage, claim)
                STAGES[stage].run(claim)
        except (Died, Killed):
            pass
        finally:
            self.armed, self.during = "", None
        return len(claims)

    def crm_fault(self, fault: str) -> None:
        """The CRM's next call meets this fault; "" none."""
        self.crm.faults.clear()
        if fault:
            self.crm.faults[len(self.crm.calls) + 1] = fault

    def bury(self) -> None:
        """The leases of dead processes run out."""
        with connection.cursor() as cursor:
            for table in _LEASED:
                cursor.execute(
                    f"UPDATE {table} SET leased_until = now() - interval '1 second' WHERE leased_until IS NOT NULL"
                )
            cursor.execute(
                "UPDATE conversations_turn SET leased_until = now() - interval '1 second' WHERE status = 'running'"
            )

    def passes(self, time: timedelta) -> None:
        self.now += time

    def settle(self) -> None:
        """Everything is mended and everything due is done, however long it takes."""
        self.model, self.phone.mode, self.armed, self.during = "ok", "ok", "", None
        self.crm_fault("")
        repair.switch_agent(on=True, scope="global", actor="teste", now=self.now)
        clear_cache()
        for _ in range(_ROUNDS):
            self.bury()
            while self.phone.echoes:
                self.echo()
            if sum(self.work(stage, 20) for stage in STAGES):
                continue
            dues = [due for stage in STAGES.values() if (due := stage.next_due()) is not None]
            soon = min(dues, default=None)
            if soon is None or soon > self.now + timedelta(hours=1):
                return
            self.now = max(soon, self.now + timedelta(seconds=1))
            circuits.forget()
        raise AssertionError("The pipe does not come to rest.")

    # --- what must hold

    def _may_leave(self, stage: str, claim: Any) -> None:
        """I5 and I10 at the claim: whose word counts now, and whether the lead wants to hear anything."""
        if stage != "deliver" or claim.origin != Outbox.Origin.AGENT:
            return
        talk = Conversation.objects.select_related("lead").get(pk=claim.conversation_id)
        row = Outbox.objects.get(pk=claim.id)
        notice = row.survives_handoff and talk.owner_reason in HANDOFF_REASONS
        assert talk.owner == Conversation.Owner.AGENT or notice, f"I5: claimed while {talk.owner} is in charge"
        turn = row.turn
        if turn is not None and not Outbox.objects.filter(turn=turn, order__lt=row.order).exists():
            newer = Message.objects.filter(conversation=talk, author="lead", revision__gt=turn.read_revision)
            newer = newer.filter(own_words=True, deleted_at=None).exclude(type=Message.Type.REACTION)
            assert not newer.exists(), "I3: a reply leaves that did not read the lead's newest message"
        if claim.follow_up:
            assert talk.lead.opted_out_at is None, "I10: written to after opting out"
            assert row.only_at_revision == talk.revision, "I10: a silence that is over was broken"

    def leaves(self, row: Outbox) -> None:
        """A call to the provider begins."""
        assert row.to in LEADS, "I10: something leaves to nobody's address"
        assert row.status == Outbox.Status.SENDING, f"I6: sent while {row.status}"
        if row.origin == Outbox.Origin.AGENT:
            assert outbox.digest(row.text) == row.reviewed_sha256, "I4: an unreviewed text leaves"
        tries = sum(entry["row"] == str(row.pk) for entry in self.phone.took)
        assert tries <= self.requeued[str(row.pk)], "I6: sent a second time"

    def check(self) -> None:
        """What holds after every single step."""
        with connection.cursor() as cursor:
            for name, statement in _ALWAYS.items():
                cursor.execute(statement)
                found = cursor.fetchall()
                assert not found, f"{name}: {found}"
        assert not self.crm.twins(), f"I9: {self.crm.twins()}"

    def verdict(self) -> None:
        """At rest: the whole history, and nobody left waiting."""
        history = History(part="model", webhooks=self.posted, rows=rows_of(LEADS), crm={"twins": {}})
        seen: Counter[str] = Counter()
        for entry in self.phone.took:
            seen[entry["row"]] += 1
            if seen[entry["row"]] == 1 or entry["row"] not in self.requeued:
                history.provider.append(entry)
        broken = [one for one in judge(history) if "still held" not in one.what or "links" not in one.what]
        assert not broken, "; ".join(map(str, broken))

    def requeue(self, number: int) -> None:
        """An operator sends again what they looked at."""
        stuck = list(Outbox.objects.filter(status__in=["unknown", "parked"]).exclude(reason="").order_by("pk"))
        if stuck:
            row = stuck[number % len(stuck)]
            if repair.requeue_outbox([row.pk], actor="teste", now=self.now).done:
                self.requeued[str(row.pk)] += 1

    def reprocess(self, number: int) -> None:
        """An operator has events processed again, parked or long done."""
        keys = list(
            Event.objects.exclude(status=Event.Status.NEW).order_by("received_at", "pk").values_list("pk", flat=True)
        )
        if keys:
            repair.reprocess_events([keys[number % len(keys)]], actor="teste", now=self.now)

    def switch(self, *, on: bool) -> None:
        repair.switch_agent(on=on, scope="global", actor="teste", now=self.now)
        clear_cache()

    def take(self, lead: str, *, pause: bool) -> None:
        talk = Conversation.objects.filter(address=lead, closed_at=None).first()
        if talk is not None:
            with contextlib.suppress(repair.Refused):
                (repair.pause if pause else repair.resume)(talk.pk, actor="teste", now=self.now)

    def delete(self, lead: str) -> None:
        """The lead deletes their last message for everybody."""
        last = Message.objects.filter(conversation__address=lead, author="lead").order_by("-revision").first()
        if last is not None:
            payload = zapi.received(
                None, phone=lead, messageId=last.provider_id, momment=self._stamp(), notification="REVOKE"
            )
            self.arrives(json.dumps(payload).encode())


_ALWAYS = {
    "I2: a message stands twice": (
        "SELECT provider_id FROM conversations_message WHERE provider_id <> '' GROUP BY 1 HAVING count(*) > 1"
    ),
    "I3: two turns run in one conversation": (
        "SELECT conversation_id FROM conversations_turn WHERE status = 'running' GROUP BY 1 HAVING count(*) > 1"
    ),
    "I3: a session beside another": (
        "SELECT lead_id FROM conversations_conversation WHERE closed_at IS NULL GROUP BY 1 HAVING count(*) > 1"
    ),
    "I4: an unreviewed text waits to leave": (
        "SELECT id FROM conversations_outbox WHERE origin = 'agent'"
        " AND reviewed_sha256 <> encode(sha256(convert_to(text, 'UTF8')), 'hex')"
    ),
    "I5: the agent has something queued over a person": (
        "SELECT o.id FROM conversations_outbox o JOIN conversations_conversation c ON c.id = o.conversation_id"
        " WHERE o.status = 'queued' AND o.origin = 'agent' AND c.owner = 'human' AND NOT o.survives_handoff"
    ),
    "I7: a fact without its quotation": (
        "SELECT f.id FROM leads_fact f LEFT JOIN conversations_message m ON m.id = f.source_id"
        " WHERE f.evidence = 'said' AND (m.id IS NULL OR m.author <> 'lead' OR NOT m.own_words)"
    ),
    "I8: a handoff without notice or owner": (
        "SELECT h.id FROM conversations_handoff h JOIN conversations_conversation c ON c.id = h.conversation_id"
        " WHERE h.closed_at IS NULL AND (c.owner <> 'human' OR NOT EXISTS (SELECT FROM conversations_outbox o"
        " WHERE o.conversation_id = c.id AND o.survives_handoff))"
    ),
    "I12: something is parked without a reason or an alert": (
        "SELECT o.id FROM conversations_outbox o WHERE o.status = 'parked' AND (o.reason = '' OR NOT EXISTS"
        " (SELECT FROM lib_alert a WHERE a.key = 'outbox:parked' AND a.closed_at IS NULL))"
    ),
}


def prepare() -> None:
    """An office that is open on weekdays as shipped, and follow-ups for warm and cold leads."""
    BusinessHours.objects.all().delete()
    BusinessHours.objects.bulk_create(BusinessHours(weekday=day, opens="08:00", closes="18:00") for day in range(5))
    FollowUpRule.objects.all().delete()
    for temperature in FollowUpRule.For.values:
        for hours in (2, 20):
            FollowUpRule.objects.create(temperature=temperature, after_h=hours, text="Oi! Ainda posso ajudar?")
