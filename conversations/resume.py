"""How the agent comes back after a person (domain.md, "Human in the loop"): by silence, or because somebody says so.

By silence: asked when the lead writes, in the transaction that stores the message, with the conversation locked: a
person's message that was committed before is seen, one that comes later takes the conversation over again. Nothing ever
happens at the mere expiry of a limit.
"""

import re
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max, Min, QuerySet

from conversations import approved, handoff, outbox
from conversations.agent import facts
from conversations.agent.matters import Matter, matters
from conversations.formatting import typing_s
from conversations.models import Conversation, Handoff, Message, ResumeRule
from knowledge import calendar, queries
from knowledge.models import Situation
from leads import classification, extraction, needs
from leads.extraction import MAX_CHARS, asks_opt_out
from leads.extraction.intentions import intentions
from leads.models import Fact
from leads.services import record_facts
from seleto.lib import alerts, correlation, jobs
from seleto.lib.models import Alert
from seleto.lib.text.fold import fold

# Why the agent is in charge again: the person fell silent and the lead wrote.
SILENCE = "silencio_da_pessoa"
PEOPLE = (Message.Author.PHONE, Message.Author.PERSON)
# What the approved phrase holds for the time at which somebody answers.
OPENING = "{reabertura}"
# A question out of courtesy, which nobody has to answer, and ways to ask without a question mark; on folded words.
_MANNERS = re.compile(
    r"\W*(?:(?:oi+|ola|opa|ah|entao|bom dia|boa (?:tarde|noite)|obrigad[oa]|valeu|tudo|td|bem|bom|certo|joia|tranquilo"
    r"|beleza|blz|okay|ok|ta|combinado|fechado|pode ser|ne|viu|entendeu|como (?:vai|esta|vc esta|voce esta))\W+)+"
)
# Whoever asked for a person and was given back by one gets no second handover out of it.
_NO_QUESTION = frozenset({Matter.INSULT, Matter.HUMAN})
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_ASKS = re.compile(
    r"^\W*(?:e |mas |entao |ah |so |oi,? |ola,? )*(?:qual|quais|quant[oa]s?|quando|como|onde|quem|por ?que|pq|cade"
    r"|o que|sera que|tem como|da (?:para|pra)|pode(?:m|ria|riam)?|consegue|(?:voces?|vcs?) (?:tem|faz|fazem|entregam"
    r"|vendem|trabalham|aceitam|enviam|mandam|consegue|conseguem|atendem)|me (?:manda|envia|passa|fala|diz|explica"
    r"|conta))\b|\b(?:queria|gostaria de|quero|preciso) (?:saber|entender|confirmar|tirar uma duvida)\b|\btenho (?:uma"
    r" )?duvidas?\b"
)


def on_lead_message(conversation: Conversation, message: Message, *, heard_at: datetime, now: datetime) -> bool:
    """Whether the agent answers this message after all; what it tells is recorded either way.

    A handoff that nobody has picked up is not resumed: while the office is closed the lead is told once when it opens.
    Saving ``conversation`` is left to the caller.
    """
    given = Handoff.objects.filter(conversation=conversation, closed_at=None).first()
    record_told(conversation, message, given, now=now)
    if conversation.channel_id in outbox.silenced_channels():
        return False
    last_human = _last_human(conversation)
    if given is not None and given.picked_up_at is None and (last_human is None or last_human < given.opened_at):
        _tell_when_open(conversation, message, given, now=now)
        return False
    signs = (conversation.owner_since, last_human, given.picked_up_at if given else None)
    silent_since = max(sign for sign in signs if sign is not None)
    limit = idle_limit(now)
    if limit is None or heard_at - silent_since < limit:
        return False
    unread = _first_unread(conversation, message, silent_since)
    handoff.resume(conversation, reason=SILENCE, actor="sistema", now=now, unread_from=unread)
    return True


def give_back(conversation: Conversation, *, reason: str, actor: str, now: datetime) -> str:
    """A person gives the conversation back. Returns the lead's question that is answered now, "" when nothing is.

    Answered is a question that came after a person's last word, as what came before was theirs to answer. Whatever is
    no question waits for the lead's next message. Saving ``conversation`` is left to the caller, who locked it.
    """
    unread = list(_unanswered_by_people(conversation))
    asked = [row for row in unread if row.own_words and asks(row.text)]
    silent = conversation.lead.opted_out_at is not None or conversation.channel_id in outbox.silenced_channels()
    if not asked or silent or conversation.closed_at is not None:
        handoff.resume(conversation, reason=reason, actor=actor, now=now)
        return ""
    handoff.resume(conversation, reason=reason, actor=actor, now=now, unread_from=unread[0].revision)
    conversation.correlation_id = correlation.current()
    conversation.pending_since = conversation.turn_due_at = now
    jobs.wake("turn")
    return asked[-1].text


def asks(text: str) -> bool:
    """Whether a message of the lead wants an answer: a question, or something only an answer settles."""
    folded = fold(text[:MAX_CHARS])
    if any(sentence.endswith("?") and not _MANNERS.fullmatch(sentence) for sentence in _SENTENCE.findall(folded)):
        return True
    return bool(_ASKS.search(folded)) or bool(matters(folded) - _NO_QUESTION)


def _unanswered_by_people(conversation: Conversation) -> QuerySet[Message]:
    """What the lead said after a person's last word, and no reply of the agent has read."""
    rows = handoff.unanswered(conversation).order_by("revision", "created_at")
    last: datetime | None = (
        Message.objects.filter(conversation=conversation, author__in=PEOPLE)
        .exclude(status=Message.Status.CANCELLED)
        .aggregate(last=Max("created_at"))["last"]
    )
    return rows if last is None else rows.filter(created_at__gt=last)


def idle_limit(at: datetime) -> timedelta | None:
    """How long a person must have been silent for the agent to answer again; None for never.

    Read afresh, as a manager who sets it expects it to hold.
    """
    rule = ResumeRule.objects.first()
    if calendar.is_open(at):
        minutes = rule.idle_min_business if rule else settings.RESUME_IDLE_MIN_BUSINESS
    else:
        minutes = rule.idle_min_off_hours if rule else settings.RESUME_IDLE_MIN_OFF_HOURS
    return None if minutes is None else timedelta(minutes=minutes)


def _last_human(conversation: Conversation) -> datetime | None:
    """When a person last wrote to this lead here, in whichever session."""
    written = Message.objects.filter(
        conversation__lead_id=conversation.lead_id, conversation__channel_id=conversation.channel_id, author__in=PEOPLE
    )
    last: datetime | None = written.aggregate(last=Max("sent_at"))["last"]
    return last


def _first_unread(conversation: Conversation, message: Message, silent_since: datetime) -> int:
    """The revision from which on nobody has answered: what came after the person's last sign, answered together."""
    came = Message.objects.filter(
        conversation=conversation, author=Message.Author.LEAD, created_at__gt=silent_since, deleted_at=None
    ).exclude(type=Message.Type.REACTION)
    first: int | None = came.aggregate(first=Min("revision"))["first"]
    return min(message.revision, message.revision if first is None else first)


def record_told(conversation: Conversation, message: Message, given: Handoff | None, *, now: datetime) -> None:
    """The facts that rules read in the message. Whoever asked to be forgotten is not written down any further."""
    if not message.own_words or not message.text or (given and given.queue == Handoff.Queue.PRIVACY):
        return
    line = approved.as_line(message)
    said = extraction.extract([line.text], products=queries.products())
    made = record_facts(
        conversation.lead_id, facts.from_rules([line], [*said.items, *intentions([line.text])]), now=now
    )
    if not made:
        return
    if given is None or given.queue == Handoff.Queue.SALES:
        current = Fact.objects.filter(lead_id=conversation.lead_id, superseded_at=None)
        needs.follow_facts(
            conversation.lead_id,
            dict(current.values_list("field", "value")),
            [fact.field for fact in made],
            quotes={fact.field: fact.quote for fact in made},
            now=now,
        )
    classification.reclassify(conversation.lead_id, None, now)


def _tell_when_open(conversation: Conversation, message: Message, given: Handoff, *, now: datetime) -> None:
    """Once per closed period, the approved phrase that says when somebody answers."""
    if calendar.is_open(now) or asks_opt_out(message.text[:MAX_CHARS]):
        return
    told = given.closed_hours_told_at
    if told is not None and calendar.next_opening(told) == calendar.next_opening(now):
        return
    text = approved.phrase(
        conversation,
        Situation.FORA_HORARIO_AGUARDE,
        seed=str(message.id),
        fill=lambda language: {OPENING: calendar.describe_opening(now, language)},
    )
    if not text:
        title = "Uma situação não tem frase aprovada que respeite as regras"
        alerts.open_("phrases", title=title, level=Alert.Level.CRITICAL, now=now)
        return
    Handoff.objects.filter(pk=given.pk).update(closed_hours_told_at=now)
    pause_s = typing_s(text, chars_per_s=settings.TYPING_CHARS_PER_S, most_s=settings.TYPING_MAX_S)
    outbox.enqueue(
        conversation,
        [outbox.Bubble(text, pause_s)],
        turn=None,
        reviewed=[outbox.digest(text)],
        now=now,
        survives_handoff=True,
    )
    jobs.wake("deliver")
