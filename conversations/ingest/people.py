"""What people do in Chatwoot: they write and so take over, give commands, close, assign (domain.md, Human in the loop).

Each handler returns why nothing more comes of the event, or "" when it was taken in. The pause is stored in the
transaction that stores the person's message, before anything is sent (I5).
"""

from datetime import datetime, timedelta

from django.db.models import Max, Q

from conversations import commands, handoff, outbox, resume, sessions, wrong_replies
from conversations.channel_cache import ChannelView
from conversations.chatwoot import assignment, due, inboxes, marking, telling, there
from conversations.chatwoot.events import Changed, Written
from conversations.ingest.common import NotYet, StoredEvent
from conversations.media import arrivals
from conversations.models import ChatwootLink, ChatwootNote, Conversation, Handoff, Message
from conversations.wording import excerpt
from seleto.lib import jobs

# Why a person is in charge, or is no more.
CHATWOOT = "pessoa_no_chatwoot"
ASSIGNED = "atribuido_no_chatwoot"
RESOLVED = "resolvido_no_chatwoot"
COMMAND = "comando"
# The key of a note that acknowledges an order, before its message's number.
_ORDER = "comando:"
_OBEYED = "ja_obedecido"
_LATE = (
    "⚠️ Este comando chegou atrasado e não valeu: depois dele alguém voltou a escrever ou a decidir quem atende."
    " Se ainda for o caso, escreva de novo."
)
# How far Chatwoot's clock may be off, and how long our own change of status may take to come back, in seconds.
CLOCK_SLACK_S, ECHO_S = 5.0, 30.0


def on_written(channel: ChannelView, event: StoredEvent, written: Written, now: datetime) -> str:
    """An SDR wrote: a command is obeyed, a note stays where it is, anything else goes to the lead."""
    link, reason = _link(channel, written, now)
    if link is None:
        return reason
    inbox = inboxes.of_channel(channel.id)
    if not written.new:
        return _changed_there(channel, written, now)
    if written.automation:
        return "automacao"
    if written.sender_id is None or (inbox and written.sender_id == inbox.integration_user_id):
        return "nao_e_pessoa"
    if Message.objects.filter(channel_id=channel.id, chatwoot_id=written.message_id).exists():
        return "eco_proprio"
    actor = f"sdr:{written.sender_id}"
    if written.private and (words := commands.reported(written.text)) is not None:
        return _report(link, written, words, actor=actor, now=now)
    conversation = sessions.locked(lead_id=link.lead_id, channel=channel, address=_address(link), at=event.received_at)
    command = commands.parse(written.text)
    if isinstance(command, commands.Unknown):
        return _answer_unknown(conversation, written, now) if not written.private else ""
    if command is not None:
        return _obey(conversation, command, actor=actor, written=written, at=event.received_at, now=now)
    if written.private:
        return "nota_privada"
    if written.deleted:  # taken back before we heard of it: all that is left of its text is Chatwoot's own remark
        handoff.take_over(conversation, reason=CHATWOOT, actor=actor, now=now)
        conversation.save()
        return "apagada_antes"
    _forward(conversation, channel, written, actor=actor, now=now)
    return ""


def _changed_there(channel: ChannelView, written: Written, now: datetime) -> str:
    """A message was deleted or edited in Chatwoot after it had been told: the lead's WhatsApp does not follow."""
    message = Message.objects.filter(channel_id=channel.id, chatwoot_id=written.message_id).first()
    if message is None and written.deleted and not written.private:
        raise NotYet("mensagem_desconhecida")  # the word of its deletion may overtake the message
    if message is None or message.author == Message.Author.LEAD:
        return "so_registro:alteracao"
    Conversation.objects.select_for_update().get(pk=message.conversation_id)
    message.refresh_from_db()
    if written.deleted:
        telling.deleted_there(message, now=now)
        return ""
    theirs = message.author == Message.Author.PERSON and message.type == Message.Type.TEXT
    if not theirs or written.text.split() == message.text.split():
        return "so_registro:alteracao"
    telling.edited_there(message, written.text, now=now)
    return ""


def on_changed(channel: ChannelView, event: StoredEvent, changed: Changed, now: datetime) -> str:
    """A status or an assignment changed over there. What we wrote ourselves comes back too and changes nothing."""
    link, reason = _link(channel, changed, now)
    if link is None:
        return reason
    inbox = inboxes.of_channel(channel.id)
    conversation = sessions.locked(lead_id=link.lead_id, channel=channel, address=_address(link), at=event.received_at)
    link.refresh_from_db(fields=["written"])
    _hear(link, changed)
    if changed.status_to and changed.status_to == link.written.get("status"):
        return "eco_proprio"
    human = conversation.owner == Conversation.Owner.HUMAN
    if changed.status_to and (past := _past(link, conversation, changed, at=changed.at or event.received_at)):
        if changed.since and human and changed.status_to == "pending":
            there.forget_ours(link.pk)  # it seems to be the agent's over there, and is not
            due.mark(lead_id=link.lead_id, channel_id=channel.id, now=now)
        return past
    if (changed.assignee_changed or changed.team_changed) and _is_our_gift(conversation, changed):
        return "eco_proprio"
    if changed.since and changed.assignee_changed and not human and conversation.owner_since > changed.since:
        return "atrasado"  # given back since it was last seen otherwise: by somebody who knew of the assignment perhaps
    if changed.status_from == "open" and changed.status_to == "pending" and human:
        resume.give_back(conversation, reason="status_no_chatwoot", actor="sdr", now=now)
    elif changed.status_to == "resolved" and human:
        handoff.release(conversation, reason=RESOLVED, actor="sdr", now=now)
    elif changed.assignee_changed and changed.assignee_id and inbox and inbox.assignment_pauses:
        if changed.assignee_id == inbox.integration_user_id:
            return "eco_proprio"
        handoff.take_over(conversation, reason=ASSIGNED, actor=f"sdr:{changed.assignee_id}", now=now)
    else:
        return "sem_efeito"
    conversation.save()
    due.mark(lead_id=link.lead_id, channel_id=channel.id, now=now)
    return ""


def _hear(link: ChatwootLink, changed: Changed) -> None:
    """So that a look finds nothing new in what a webhook told."""
    heard: dict[str, object] = {there.STATUS: changed.status_to} if changed.status_to else {}
    if changed.assignee_changed:
        heard[there.ASSIGNEE] = changed.assignee_id
    if heard and changed.since is None:
        there.note(link.pk, **heard)


def _is_our_gift(conversation: Conversation, changed: Changed) -> bool:
    """Keep whose the open handoff is now; True when our own assignment came back."""
    given = Handoff.objects.filter(conversation=conversation, closed_at=None).first()
    if given is None:
        return False
    if changed.team_changed:
        assignment.keep(given, team_id=changed.team_id)
    if not changed.assignee_changed:
        return False
    assignment.keep(given, assignee_id=changed.assignee_id, assigned_to=changed.assignee_name[:120])
    return assignment.is_ours(given, changed.assignee_id)


def _past(link: ChatwootLink, conversation: Conversation, changed: Changed, *, at: datetime) -> str:
    """Why a change of status counts no more: it was our own, or a person has acted since. Webhooks come late and in any
    order, and giving the conversation back by an old one would have the agent speak over whoever writes now (I5)."""
    people = Message.objects.filter(conversation=conversation, author__in=resume.PEOPLE)
    spoke_at = people.aggregate(last=Max("created_at"))["last"]
    since = max(conversation.owner_since, spoke_at or conversation.owner_since)
    stamp, ours = at.timestamp(), list(link.written.get("wrote") or ())
    if changed.since is not None:  # it came after the last look, and after our own writing of what it was before
        wrote_at = max((wrote_at for status, wrote_at in ours if status == changed.status_from), default=0.0)
        return "atrasado" if since.timestamp() > max(changed.since.timestamp(), wrote_at) else ""
    for status, wrote_at in ours:
        echo = status == changed.status_to and -CLOCK_SLACK_S <= stamp - wrote_at <= ECHO_S
        if echo and not any(wrote_at < other_at < stamp for _, other_at in ours):
            return "eco_proprio"
    return "atrasado" if at < since - timedelta(seconds=CLOCK_SLACK_S) else ""


def _link(channel: ChannelView, told: Written | Changed, now: datetime) -> tuple[ChatwootLink | None, str]:
    """Whose conversation it is. Raises ``NotYet`` while a mirror's run may still be storing its number.

    One of ours under another number is known by the contact's key in our inbox: two leads became one, or an SDR began
    another conversation with the contact, which is then the one to go on with.
    """
    inbox = inboxes.of_channel(channel.id)
    if inbox is None or (told.inbox_id and told.inbox_id != inbox.inbox_id):
        return None, "outra_caixa"
    links = ChatwootLink.objects.filter(channel_id=channel.id)
    link = links.filter(display_id=told.display_id).first()
    if link is None and told.source_id:
        link = links.filter(Q(source_id=told.source_id) | Q(written__also__contains=[told.source_id])).first()
        if link and link.source_id == told.source_id and told.display_id > (link.display_id or told.display_id):
            links.filter(pk=link.pk).update(display_id=told.display_id)
            due.mark(lead_id=link.lead_id, channel_id=channel.id, now=now)
    if link is None:
        raise NotYet("conversa_desconhecida")
    return link, ""


def _address(link: ChatwootLink) -> str:
    latest = Conversation.objects.filter(lead_id=link.lead_id, channel_id=link.channel_id).order_by("-opened_at")
    return latest.values_list("address", flat=True).first() or ""


def _report(link: ChatwootLink, written: Written, words: str, *, actor: str, now: datetime) -> str:
    """A reply of the agent is called wrong: kept and acknowledged; who answers stays as it is."""
    message = wrong_replies.meant(link, written)
    text = wrong_replies.NOT_FOUND
    if message is not None:
        reason = wrong_replies.reason_of(words)
        text = wrong_replies.acknowledgement(
            wrong_replies.record(message, reason=reason, words=words, by=actor, now=now)
        )
    key = f"erro:{written.message_id}"
    due.note(lead_id=link.lead_id, channel_id=link.channel_id, key=key, text=text, now=now)
    return "" if message else "sem_mensagem_do_agente"


def _obey(
    conversation: Conversation,
    command: commands.Command,
    *,
    actor: str,
    written: Written,
    at: datetime,
    now: datetime,
) -> str:
    """Never forwarded; acknowledged by a private note; audited with who and when by the change of owner."""
    if late := _order_is_late(conversation, written, at=written.at or at):
        if late != _OBEYED:
            _note(conversation, f"atrasado:{written.message_id}", _LATE, now)
        return late
    if command == commands.Command.RESUME:
        text = _give_back(conversation, actor=actor, now=now)
    else:
        handoff.take_over(conversation, reason=COMMAND, actor=actor, now=now, attends=False)
        text = "⏸️ Agente pausado nesta conversa. Para devolver, escreva /retomar."
    conversation.save()
    if written.attachments:
        text = f"{text} ⚠️ O anexo que veio com o comando não foi enviado ao lead."
    _note(conversation, f"{_ORDER}{written.message_id}", text, now)
    return ""


def _order_is_late(conversation: Conversation, written: Written, *, at: datetime) -> str:
    """Why an order counts no more: it was obeyed before, or a person has spoken or ordered since. Webhooks come late
    and in any order; giving the conversation back by an old one would have the agent speak over a person (I5)."""
    notes = ChatwootNote.objects.filter(
        link__lead_id=conversation.lead_id, link__channel_id=conversation.channel_id, key__startswith=_ORDER
    )
    obeyed = [int(key.removeprefix(_ORDER)) for key in notes.values_list("key", flat=True)]
    if written.message_id in obeyed:
        return _OBEYED
    spoke = Message.objects.filter(conversation__lead_id=conversation.lead_id, channel_id=conversation.channel_id)
    # Chatwoot's own numbers tell what was written after it; for the rest there are only the clocks.
    there = spoke.filter(author=Message.Author.PERSON, chatwoot_id__gt=written.message_id)
    elsewhere = spoke.filter(author=Message.Author.PHONE, sent_at__gt=at + timedelta(seconds=CLOCK_SLACK_S))
    since = conversation.owner_since > at + timedelta(seconds=CLOCK_SLACK_S)
    owned_since = since and conversation.owner_reason not in (CHATWOOT, COMMAND)
    late = max(obeyed, default=0) > written.message_id or there.exists() or elsewhere.exists() or owned_since
    return "atrasado" if late else ""


def _give_back(conversation: Conversation, *, actor: str, now: datetime) -> str:
    """What the SDR is told of it."""
    if conversation.owner == Conversation.Owner.AGENT:
        return "O agente já atende esta conversa."
    question = resume.give_back(conversation, reason=COMMAND, actor=actor, now=now)
    if not question:
        return "✅ O agente retoma esta conversa a partir da próxima mensagem do lead."
    return f"✅ O agente retoma esta conversa e vai responder à pergunta pendente do lead: “{excerpt(question)}”."


def _answer_unknown(conversation: Conversation, written: Written, now: datetime) -> str:
    """A slash that is no command: the lead must not see it, and the SDR should know that."""
    _note(
        conversation,
        marking.of_refused(written.message_id),
        "⚠️ Isso parece um comando que eu não conheço e não foi enviado ao lead. Use /retomar ou /pausar.",
        now,
    )
    return "comando_desconhecido"


def _forward(
    conversation: Conversation,
    channel: ChannelView,
    written: Written,
    *,
    actor: str,
    now: datetime,
) -> None:
    handoff.take_over(conversation, reason=CHATWOOT, actor=actor, now=now)
    chatwoot_id: int | None = written.message_id
    if written.text.strip():
        outbox.enqueue_person(conversation, written.text, chatwoot_id=written.message_id, now=now)
        chatwoot_id = None
    for attachment in filter(arrivals.kind_of, written.attachments):
        outbox.enqueue_file(conversation, attachment, chatwoot_id=chatwoot_id, now=now)
        chatwoot_id = None
    if not all(map(arrivals.kind_of, written.attachments)):
        text = "⚠️ O que não é arquivo (localização, contato) não é enviado ao lead por aqui."
        _note(conversation, f"anexo:{written.message_id}", text, now)
    jobs.wake("deliver")
    conversation.last_message_at = max(conversation.last_message_at, now)
    conversation.save()
    due.mark(lead_id=conversation.lead_id, channel_id=channel.id, now=now)


def _note(conversation: Conversation, key: str, text: str, now: datetime) -> None:
    due.note(lead_id=conversation.lead_id, channel_id=conversation.channel_id, key=key, text=text, now=now)
