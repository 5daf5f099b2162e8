"""Where the agent may speak: what the database says of a conversation, and how the rules are changed.

The rules are `knowledge.models.RolloutRule` and `RolloutPhone`; ``conversations_rollout`` (a function in the database)
is their only reader. Above them stands the kill switch, `knowledge.models.Flag`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import CharField, F, Func

from conversations.models import Channel, Message, Outbox
from knowledge.models import Flag, RolloutPhone, RolloutRule
from seleto.lib import audit, jobs

LIVE, SHADOW, PEOPLE = "live", "shadow", "people"
# Why a turn or a bubble of the agent came to nothing.
NOT_RELEASED = "fora_da_liberacao"
# What a lead wrote longer ago, while the agent could not answer them, it does not answer when it may again.
FORGET_AFTER = timedelta(minutes=15)


def mode() -> Func:
    """Of a conversation in a query: LIVE, SHADOW or PEOPLE."""
    return Func(F("pk"), function="conversations_rollout", output_field=CharField())


@contextmanager
def changing(*, actor: str, action: str, detail: dict[str, Any], now: datetime) -> Iterator[None]:
    """Change the rules inside; what the agent still had to say where it now may not is taken back in the same commit.

    Leads who wrote long ago to where it may speak only now are left to people, until they write again.
    """
    with transaction.atomic():
        _lock()
        _let_go(now)
        yield
        audit.record(actor=actor, action=action, subject_kind="rollout", subject_id=None, detail=detail, now=now)
        _take_back()
        jobs.wake("turn")


def _lock() -> None:
    """Changes come one after the other; readers are not held up."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE knowledge_rolloutrule IN SHARE ROW EXCLUSIVE MODE")


def _let_go(now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_conversation SET turn_due_at = NULL WHERE id IN ("
            "SELECT id FROM conversations_conversation WHERE turn_due_at < %s AND closed_at IS NULL"
            " AND conversations_rollout(id) <> 'live' ORDER BY id FOR UPDATE SKIP LOCKED)",
            [now - FORGET_AFTER],
        )


def _take_back() -> None:
    """The agent's queued rows where it may not speak any more. One that is written in this very moment is not among
    them: no sender is handed it (the trigger on the outbox)."""
    stale = (
        Outbox.objects.filter(status=Outbox.Status.QUEUED, origin=Outbox.Origin.AGENT)
        .annotate(mode=Func(F("conversation_id"), function="conversations_rollout", output_field=CharField()))
        .exclude(mode=LIVE)
    )
    rows = list(stale.order_by("pk").select_for_update(skip_locked=True, of=["self"]).values_list("pk", "message_id"))
    Outbox.objects.filter(pk__in=[key for key, _ in rows]).update(status=Outbox.Status.CANCELLED, reason=NOT_RELEASED)
    Message.objects.filter(pk__in=[key for _, key in rows]).update(status=Message.Status.CANCELLED)


def light(channel: Channel, *, flags: dict[str, bool], rules: dict[str, RolloutRule], phones: int) -> tuple[str, str]:
    """(LIVE, "part", SHADOW, PEOPLE or "off"; in words) of a channel: what a lead who writes there now meets.

    The arguments are what ``state_of_rules`` reads, past every cache.
    """
    scopes = ("global", f"channel:{channel.slug}", f"origin:{channel.origin}")
    if not channel.enabled:
        return "off", "desligado: o canal está inativo"
    for scope, words in zip(scopes, ("para todos", "neste canal", "nesta origem"), strict=True):
        if not flags.get(scope, True):
            return "off", f"desligado {words}"
    held = [rules[scope] for scope in scopes if scope in rules]
    share = min((rule.share for rule in held), default=100)
    if share == 100:
        return LIVE, "responde a todos"
    strict = any(rule.others == RolloutRule.Others.PEOPLE for rule in held if rule.share < 100)
    others = "só pessoas" if strict else "sombra"
    besides = f"; sempre a {phones} telefone{'s' if phones > 1 else ''}" if phones else ""
    if share:
        return "part", f"responde a {share} % das conversas; às outras, {others}{besides}"
    return (PEOPLE if strict else SHADOW), f"{others}: nada é enviado{besides}"


def state_of_rules() -> dict[str, Any]:
    """The keywords of ``light``, in three statements."""
    return {
        "flags": dict(Flag.objects.filter(name=Flag.Name.AGENT_ENABLED).values_list("scope", "on")),
        "rules": {rule.scope: rule for rule in RolloutRule.objects.all()},
        "phones": RolloutPhone.objects.count(),
    }
