"""Conversations: finding, opening, and everything about them but their messages (contract, sections 2 and 3)."""

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.responses import Response

from sandbox.chatwoot.call import Call, Endpoint, as_number, not_found, refused
from sandbox.chatwoot.contacts import link_to
from sandbox.chatwoot.desk import PRIORITIES, STATUSES, Actor
from sandbox.chatwoot.messages import write_from
from sandbox.chatwoot.records import Bot, Conversation, User

_PER_PAGE = 25


def endpoints() -> list[Endpoint]:
    one = "/conversations/{conversation:int}"
    return [
        Endpoint(("GET",), "/conversations", listing),
        Endpoint(("GET",), "/conversations/meta", counts),
        Endpoint(("POST",), "/conversations", create, bots=True),
        Endpoint(("POST",), "/conversations/filter", filtered),
        Endpoint(("GET",), one, show, bots=True),
        Endpoint(("PATCH", "PUT"), one, update, bots=True),
        Endpoint(("DELETE",), one, destroy),
        Endpoint(("POST",), f"{one}/toggle_status", toggle_status, bots=True),
        Endpoint(("POST",), f"{one}/toggle_priority", toggle_priority, bots=True),
        Endpoint(("POST",), f"{one}/toggle_typing_status", toggle_typing, bots=True),
        Endpoint(("POST",), f"{one}/update_last_seen", update_last_seen),
        Endpoint(("POST",), f"{one}/unread", unread),
        Endpoint(("POST",), f"{one}/custom_attributes", custom_attributes, bots=True),
        Endpoint(("GET",), f"{one}/labels", labels, bots=True),
        Endpoint(("POST",), f"{one}/labels", set_labels, bots=True),
        Endpoint(("POST",), f"{one}/assignments", assign, bots=True),
    ]


# --- finding --------------------------------------------------------------------------------------------------


def _by_activity(rows: Iterable[Conversation]) -> list[Conversation]:
    return sorted(rows, key=lambda row: (row.last_activity_at, row.id), reverse=True)


def _meta(rows: list[Conversation], actor: Actor) -> dict[str, int]:
    unassigned = sum(row.assignee_id is None for row in rows)
    mine = sum(_is_mine(row, actor) for row in rows)
    return {
        "mine_count": mine,
        "unassigned_count": unassigned,
        "assigned_count": len(rows) - unassigned,
        "all_count": len(rows),
    }


def _is_mine(row: Conversation, actor: Actor) -> bool:
    return row.assignee_id == actor.id and row.assignee_type == ("AgentBot" if isinstance(actor, Bot) else "User")


def select(
    rows: Iterable[Conversation], *, actor: Actor, status: str = "open", who: str = "all", labels: Iterable[str] = ()
) -> list[Conversation]:
    """As the inbox list filters: ``who`` is me, unassigned, assigned or all; any of ``labels``. Newest first."""
    wanted = set(labels)
    return _by_activity(
        row
        for row in rows
        if (status == "all" or row.status == status)
        and _belongs(row, actor, who)
        and (not wanted or wanted & set(row.labels))
    )


def _belongs(row: Conversation, actor: Actor, who: str) -> bool:
    match who:
        case "me":
            return _is_mine(row, actor)
        case "unassigned":
            return row.assignee_id is None
        case "assigned":
            return row.assignee_id is not None
    return True


def _asked(call: Call) -> tuple[list[Conversation], list[Conversation]]:
    """Everything the query's filters leave, and the part its ``assignee_type`` leaves of it."""
    query, records = call.query, call.desk.records
    rows: Iterable[Conversation] = records.conversations.values()
    for name in ("inbox_id", "team_id"):
        if (wanted := as_number(query.get(name))) is not None:
            rows = [row for row in rows if getattr(row, name) == wanted]
    if words := (query.get("q") or "").casefold():
        rows = [
            row
            for row in rows
            if any(words in (message.content or "").casefold() for message in records.messages_of(row))
        ]
    if (within := as_number(query.get("updated_within"))) is not None:
        rows = [row for row in rows if row.updated_at > call.desk.now() - within]
    status = "all" if words else query.get("status") or "open"
    labels = query.getlist("labels[]") or query.getlist("labels")
    every = select(rows, actor=call.actor, status=status, labels=labels)
    return every, select(every, actor=call.actor, status="all", who=query.get("assignee_type") or "all")


def _shown(call: Call, rows: list[Conversation]) -> list[dict[str, Any]]:
    first = (call.page - 1) * _PER_PAGE
    return [call.desk.shapes.conversation(row) for row in rows[first : first + _PER_PAGE]]


def listing(call: Call) -> object:
    every, rows = _asked(call)
    return {"data": {"meta": _meta(every, call.actor), "payload": _shown(call, rows)}}


def counts(call: Call) -> object:
    return {"meta": _meta(_asked(call)[0], call.actor)}


def filtered(call: Call) -> object:
    conditions = call.data.get("payload")
    if not isinstance(conditions, list) or not conditions:
        raise refused("payload is required")
    rows = _by_activity(row for row in call.desk.records.conversations.values() if _fits(row, conditions))
    return {"meta": _meta(rows, call.actor), "payload": _shown(call, rows)}


def _fits(row: Conversation, conditions: list[Mapping[str, Any]]) -> bool:
    """Conditions joined by and/or, from left to right."""
    result, joint = True, "and"
    for condition in conditions:
        hit = _hits(row, condition)
        result = (result or hit) if joint == "or" else (result and hit)
        joint = str(condition.get("query_operator") or "and").lower()
    return result


def _hits(row: Conversation, condition: Mapping[str, Any]) -> bool:
    key = {"display_id": "id"}.get(str(condition.get("attribute_key")), str(condition.get("attribute_key")))
    value = getattr(row, key) if hasattr(row, key) else row.custom_attributes.get(key)
    held = [str(item) for item in value] if isinstance(value, list) else [] if value is None else [str(value)]
    wanted = [str(item) for item in condition.get("values") or []]
    match condition.get("filter_operator"):
        case "equal_to":
            return bool(set(held) & set(wanted)) or (key == "status" and "all" in wanted)
        case "not_equal_to":
            return not set(held) & set(wanted)
        case "contains":
            return any(part in one for part in wanted for one in held)
        case "is_present":
            return bool(held)
        case "is_not_present":
            return not held
        case "is_greater_than":
            return bool(held) and float(held[0]) > float(wanted[0])
        case "is_less_than":
            return bool(held) and float(held[0]) < float(wanted[0])
    raise refused("Invalid filter operator")


def show(call: Call) -> object:
    return call.desk.shapes.conversation(call.conversation())


# --- changing -------------------------------------------------------------------------------------------------


def create(call: Call) -> object:
    """Found by source id and inbox, or by contact and inbox; a missing link to the inbox is made."""
    records, inbox_id, source_id = call.desk.records, call.number("inbox_id"), call.text("source_id")
    links = list(records.contact_inboxes.values())
    contact = records.contacts.get(call.number("contact_id") or 0)
    if inbox_id is not None and contact is not None:
        mine = next((row for row in links if row.contact_id == contact.id and row.inbox_id == inbox_id), None)
        link = mine if mine and source_id is None else link_to(call, contact, inbox_id, source_id)
    else:
        found = next(
            (row for row in links if row.source_id == source_id and inbox_id in (None, row.inbox_id)),
            None,
        )
        if found is None:
            raise not_found()
        link = found
    if records.inboxes[link.inbox_id].lock_to_single_conversation:
        known = [row for row in records.conversations.values() if row.contact_inbox_id == link.id]
        if known:
            return call.desk.shapes.conversation(known[-1])
    status = call.text("status") or "open"
    if status not in STATUSES:
        raise refused(f"'{status}' is not a valid status")
    row = call.desk.open_conversation(link, status=status, custom_attributes=call.object("custom_attributes"))
    first = call.data.get("message")
    if isinstance(first, Mapping):
        write_from(Call(call.desk, call.actor, call.path, call.query, first), row)
    if (user := records.users.get(call.number("assignee_id") or 0)) is not None:
        call.desk.assign(row, call.actor, user)
    if (team := call.number("team_id")) in records.teams:
        call.desk.assign_team(row, call.actor, team)
    return call.desk.shapes.conversation(row)


def update(call: Call) -> object:
    row = call.conversation()
    if "priority" in call.data:
        call.desk.set_priority(row, _priority(call))
    return call.desk.shapes.conversation(row)


def _priority(call: Call) -> str | None:
    value = call.text("priority")
    if value not in (None, *PRIORITIES):
        raise refused(f"'{value}' is not a valid priority")
    return value


def destroy(call: Call) -> object:
    row = call.conversation()
    if not isinstance(call.actor, User) or call.actor.role != "administrator":
        raise refused("You are not authorized to do this action", 401)
    call.desk.records.drop_conversation(row)
    return Response(status_code=200)


def toggle_status(call: Call) -> object:
    """Without a status, open and resolved change places, and anything else becomes open."""
    row = call.conversation()
    status = call.text("status") or ("resolved" if row.status == "open" else "open")
    if status not in STATUSES:
        raise refused(f"'{status}' is not a valid status")
    call.desk.set_status(row, status, call.actor, call.number("snoozed_until"))
    return {"meta": {}, "payload": {"success": True, "current_status": row.status, "conversation_id": row.id}}


def toggle_priority(call: Call) -> object:
    call.desk.set_priority(call.conversation(), _priority(call))
    return Response(status_code=200)


def toggle_typing(call: Call) -> object:
    row = call.conversation()
    on = call.text("typing_status") == "on"
    call.desk.type(row, call.actor, on=on, private=call.flag("is_private"))
    return Response(status_code=200)


def update_last_seen(call: Call) -> object:
    row = call.conversation()
    call.desk.see(row, call.actor)
    return call.desk.shapes.conversation(row)


def unread(call: Call) -> object:
    row = call.conversation()
    call.desk.unsee(row)
    return call.desk.shapes.conversation(row)


def custom_attributes(call: Call) -> object:
    """The whole object is replaced, unless ``merge`` is true (contract, section 2)."""
    row, given = call.conversation(), call.object("custom_attributes")
    call.desk.set_custom_attributes(row, {**row.custom_attributes, **given} if call.flag("merge") else given)
    return {"custom_attributes": row.custom_attributes}


def labels(call: Call) -> object:
    return {"payload": call.conversation().labels}


def set_labels(call: Call) -> object:
    row = call.conversation()
    call.desk.set_labels(row, call.strings("labels"), call.actor)
    return {"payload": row.labels}


def assign(call: Call) -> object:
    """An id nobody has takes the assignment away, and the answer is null."""
    row, records = call.conversation(), call.desk.records
    if "assignee_id" in call.data or call.text("assignee_type") == "AgentBot":
        number = call.number("assignee_id") or 0
        as_bot = call.text("assignee_type") == "AgentBot"
        assignee: Actor | None = records.bots.get(number) if as_bot else records.users.get(number)
        call.desk.assign(row, call.actor, assignee)
        if isinstance(assignee, Bot):
            return call.desk.shapes.bot(assignee)
        return None if assignee is None else call.desk.shapes.agent(assignee)
    if "team_id" in call.data:
        team = records.teams.get(call.number("team_id") or 0)
        call.desk.assign_team(row, call.actor, team.id if team else None)
        return call.desk.shapes.team(team) if team else None
    return None
