"""Everything a turn needs, read in a few statements and then let go of the database."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from conversations import channel_cache, handouts
from conversations.agent import handouts as wishes
from conversations.agent.memory import Memory
from conversations.agent.retrieval import articles_for
from conversations.agent.situations import Matter
from conversations.agent.state import Line, Snapshot, TurnState
from conversations.agent.understanding import listen
from conversations.channels import registry
from conversations.models import Conversation, Message
from conversations.readings import STATE, WORDS
from conversations.sessions import ROWS
from knowledge import calendar, queries, trials
from leads import temperature
from leads.models import Empresa, Fact, Identity, Orcamento, Temperature
from seleto.lib import hot

_MESSAGES, _FACTS = hot.Table(Message), hot.Table(Fact)

LOCAL = ZoneInfo("America/Sao_Paulo")
PEOPLE = (Message.Author.PHONE, Message.Author.PERSON)
# Beyond this many unanswered messages the oldest are read as history.
PENDING_MESSAGES = 30
# What only the score looks at (leads/extraction/intentions.py).
NOT_FOR_THE_BRIEF = frozenset(
    {Fact.Field.NEGOCIO, Fact.Field.INTENCAO, Fact.Field.VISITA, Fact.Field.DECISOR, Fact.Field.CRESCIMENTO}
)
NOT_SAID = (Message.Status.CANCELLED, Message.Status.FAILED)


def read_state(
    *, turn_id: UUID, lease_token: UUID, conversation_id: UUID, correlation_id: str, now: datetime
) -> TurnState:
    """The conversation as it is now, what its summary tells left out: three statements."""
    row = hot.fetch(
        f"SELECT {ROWS.columns('c')}, l.temperature, l.opted_out_at, l.corrected_at"  # noqa: S608
        " FROM conversations_conversation c JOIN leads_lead l ON l.id = c.lead_id WHERE c.id = %s",
        [conversation_id],
    )[0]
    conversation, (its_class, opted_out_at, corrected_at) = ROWS.made(row), row[ROWS.width :]
    channel = channel_cache.by_id(conversation.channel_id)
    rows = _latest(conversation)
    lines = [(row, as_line(row, f"m{position}")) for position, row in enumerate(rows, start=1)]
    pending = tuple(line for row, line in lines if _is_pending(row, conversation))
    history = [line for row, line in lines if not _is_pending(row, conversation)]
    facts = _facts(conversation.lead_id)
    return TurnState(
        turn_id=turn_id,
        lease_token=lease_token,
        conversation_id=conversation.id,
        lead_id=conversation.lead_id,
        revision=conversation.revision,
        answered_revision=conversation.answered_revision,
        channel_slug=channel.slug,
        origin=channel.origin,
        temperature=its_class,
        opted_out=opted_out_at is not None,
        first_reply=conversation.previous_id is None
        and not conversation.summary
        and not any(line.author != "lead" for line in history),
        awaiting_answer=conversation.awaiting_answer,
        unanswered_question_replies=conversation.unanswered_question_replies,
        turn_failures=conversation.turn_failures,
        waiting_since=conversation.pending_since or now,
        due_at=conversation.turn_due_at or now,
        facts={fact.field: fact.value for fact in facts if fact.field not in NOT_FOR_THE_BRIEF},
        told=temperature.known(facts),
        corrected_at=corrected_at,
        history=tuple(history[-_most_history() :]),
        pending=pending,
        memory=Memory.read(conversation.memory),
        summary=conversation.summary,
        unsummarised=len(rows),
        resumed_at=conversation.owner_since if any(line.author in PEOPLE for line in history) else None,
        silence=silence_before(history, pending),
        correlation_id=correlation_id,
        opened_at=conversation.opened_at,
        has_phone=_has_phone(conversation),
        address=conversation.address,
        most_bubbles=registry.get(channel.provider).most_bubbles,
    )


def _has_phone(conversation: Conversation) -> bool:
    """An address of digits is one; only of a lead who writes under a private id the other identities are asked for."""
    if conversation.address.isdigit():
        return True
    return Identity.objects.filter(lead_id=conversation.lead_id, kind=Identity.Kind.PHONE).exists()


def _most_history() -> int:
    """The latest messages, and older ones that wait to be summarised."""
    return settings.HISTORY_MESSAGES + settings.SUMMARY_BATCH


def _latest(conversation: Conversation) -> list[Message]:
    """What was said last, oldest first, here and in the session before. Without what the summary tells; a message that
    came late is to be answered whatever moment that tells of."""
    rows = hot.fetch(
        f"SELECT {_MESSAGES.columns('m')} FROM conversations_message m"  # noqa: S608
        " WHERE m.conversation_id = ANY(%(sessions)s) AND m.deleted_at IS NULL"
        " AND NOT m.status = ANY(%(not_said)s) AND m.type <> 'reaction'"
        " AND (%(until)s::timestamptz IS NULL OR m.sent_at > %(until)s"
        " OR m.conversation_id = %(here)s AND m.revision > %(answered)s)"
        " ORDER BY m.sent_at DESC, m.revision DESC, m.created_at DESC LIMIT %(most)s",
        {
            "sessions": [key for key in (conversation.pk, conversation.previous_id) if key],
            "not_said": [status.value for status in NOT_SAID],
            "until": conversation.summary_until,
            "here": conversation.pk,
            "answered": conversation.answered_revision,
            "most": _most_history() + PENDING_MESSAGES,
        },
    )
    return [_MESSAGES.made(row) for row in reversed(rows)]


def _facts(lead_id: UUID) -> list[Fact]:
    """What holds now, in the order in which it was told."""
    rows = hot.fetch(
        f"SELECT {_FACTS.columns('f')} FROM leads_fact f"  # noqa: S608
        " WHERE f.lead_id = %s AND f.superseded_at IS NULL ORDER BY f.created_at, f.id",
        [lead_id],
    )
    return [_FACTS.made(row) for row in rows]


def read_snapshot(state: TurnState, *, now: datetime) -> Snapshot:
    """The managers' data for this turn, from caches kept for seconds; prices only where they may be told."""
    conversation = trials.Conversation(state.conversation_id, state.opened_at) if state.opened_at else None
    prompt = queries.published_prompt("agente", conversation=conversation)
    products = queries.products()
    weights = queries.score_weights()
    heard = listen(state, products, weights)
    prices = {}
    if heard.temperature == Temperature.COLD and Matter.PRICE in heard.matters:
        prices = dict(queries.price_exception(today=now.astimezone(LOCAL).date()))
    company = queries.company()
    known = company if company and not company.is_placeholder() else None
    files = wishes.wanted(state.pending) or heard.temperature == Temperature.COLD
    return Snapshot(
        prompt=prompt.text,
        prompt_version=prompt.label,
        products=products,
        articles=articles_for(state),
        prices=prices,
        heard=heard,
        weights=weights,
        strictness=queries.strictness(),
        company_known=_is_company_known(heard.known.get(Fact.Field.CNPJ, "")),
        opportunity_open=_has_opportunity(state),
        open_now=calendar.is_open(now),
        site=known.site if known else "",
        catalogue_url=known.catalogue_url if known else "",
        handouts=handouts.available(state) if files else (),
    )


def _is_company_known(cnpj: str) -> bool:
    return bool(cnpj) and Empresa.objects.filter(cnpj=cnpj).exists()


def _has_opportunity(state: TurnState) -> bool:
    """Asked only of leads who said what they need: the others have none."""
    if Fact.Field.PRODUTO not in state.facts:
        return False
    rows = Orcamento.objects.filter(lead_id=state.lead_id, status=Orcamento.Status.OPEN)
    return rows.exclude(oportunidade_pipe_id=None).exists()


def silence_before(history: Sequence[Line], pending: Sequence[Line]) -> timedelta:
    """How long nobody had said anything when the first of the pending messages came."""
    if not history or not pending:
        return timedelta(0)
    return max(pending[0].at - history[-1].at, timedelta(0))


def as_line(row: Message, key: str) -> Line:
    return Line(
        id=row.id,
        key=key,
        author=row.author,
        type=row.type,
        text=row.text,
        at=row.sent_at,
        provider_id=row.provider_id,
        own_words=row.own_words,
        quotes=row.reference_id,
        reading=str(row.media.get(STATE) or ""),
        attached=str(row.media.get(WORDS) or ""),
        queued=row.status == Message.Status.QUEUED,
    )


def _is_pending(row: Message, conversation: Conversation) -> bool:
    return (
        row.conversation_id == conversation.id
        and row.author == Message.Author.LEAD
        and row.revision > conversation.answered_revision
    )
