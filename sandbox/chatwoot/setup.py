"""What an administrator sets up: inboxes, agents, teams, webhooks, bots, labels (contract, sections 1 and 4)."""

from typing import Any
from urllib.parse import urlsplit

from starlette.responses import Response

from sandbox.chatwoot.call import Call, Endpoint, as_number, found, invalid, not_found, refused
from sandbox.chatwoot.records import ACCOUNT_ID, ACCOUNT_NAME, API_CHANNEL, Bot, Inbox, Team, User, Webhook
from sandbox.chatwoot.webhooks import SUBSCRIPTIONS

_AVAILABILITIES = ("online", "busy", "offline")


def endpoints() -> list[Endpoint]:
    inbox, webhook, team = "/inboxes/{inbox:int}", "/webhooks/{webhook:int}", "/teams/{team:int}"
    return [
        Endpoint(("GET",), "/inboxes", inboxes),
        Endpoint(("GET",), inbox, show_inbox),
        Endpoint(("PATCH", "PUT"), inbox, update_inbox),
        Endpoint(("GET",), f"{inbox}/agent_bot", inbox_bot),
        Endpoint(("POST",), f"{inbox}/set_agent_bot", set_inbox_bot),
        Endpoint(("GET",), f"{inbox}/assignable_agents", inbox_assignable),
        Endpoint(("GET",), "/assignable_agents", assignable),
        Endpoint(("GET",), "/inbox_members/{inbox:int}", members),
        Endpoint(("POST", "PATCH"), "/inbox_members", set_members),
        Endpoint(("GET",), "/agents", agents),
        Endpoint(("PATCH", "PUT"), "/agents/{agent:int}", update_agent),
        Endpoint(("GET",), "/teams", teams),
        Endpoint(("GET",), team, show_team),
        Endpoint(("GET",), f"{team}/team_members", team_members),
        Endpoint(("POST", "PATCH"), f"{team}/team_members", set_team_members),
        Endpoint(("GET",), "/labels", labels),
        Endpoint(("POST",), "/labels", create_label),
        Endpoint(("GET",), "/canned_responses", canned),
        Endpoint(("POST",), "/canned_responses", create_canned),
        Endpoint(("GET",), "/webhooks", webhooks),
        Endpoint(("POST",), "/webhooks", create_webhook),
        Endpoint(("PATCH", "PUT"), webhook, update_webhook),
        Endpoint(("DELETE",), webhook, destroy_webhook),
        Endpoint(("GET",), "/agent_bots", bots),
        Endpoint(("PATCH", "PUT"), "/agent_bots/{bot:int}", update_bot),
    ]


def profile(call: Call) -> object:
    """Who the token belongs to; not below an account."""
    user = call.actor
    if not isinstance(user, User):
        raise refused("Access to this endpoint is not authorized for bots", 401)
    account = {
        "id": ACCOUNT_ID,
        "name": ACCOUNT_NAME,
        "status": "active",
        "role": user.role,
        "availability": user.availability,
        "availability_status": user.availability,
        "auto_offline": False,
    }
    return call.desk.shapes.agent(user) | {"access_token": user.token, "accounts": [account]}


def set_availability(call: Call) -> object:
    user, wanted = call.actor, call.object("profile").get("availability")
    if not isinstance(user, User) or wanted not in _AVAILABILITIES:
        raise refused(f"'{wanted}' is not a valid availability")
    user.availability = str(wanted)
    call.desk.records.touch()
    return profile(call)


def _administrator(call: Call) -> bool:
    return isinstance(call.actor, User) and call.actor.role == "administrator"


def _must_administrate(call: Call) -> None:
    if not _administrator(call):
        raise refused("You are not authorized to do this action", 401)


def _address(value: object) -> str:
    """http or https; an empty address switches off."""
    url = str(value or "")
    if url and urlsplit(url).scheme not in ("http", "https"):
        raise invalid("Url is invalid", "url")
    return url


# --- inboxes and people ---------------------------------------------------------------------------------------


def _inbox(call: Call, inbox: Inbox) -> dict[str, Any]:
    return call.desk.shapes.inbox(inbox, admin=_administrator(call))


def inboxes(call: Call) -> object:
    return {"payload": [_inbox(call, row) for row in call.desk.records.inboxes.values()]}


def show_inbox(call: Call) -> object:
    return _inbox(call, call.inbox())


def update_inbox(call: Call) -> object:
    _must_administrate(call)
    inbox = call.inbox()
    channel = call.object("channel")
    if inbox.channel_type == API_CHANNEL and "webhook_url" in channel:
        inbox.webhook_url = _address(channel["webhook_url"])
    if "lock_to_single_conversation" in call.data:
        inbox.lock_to_single_conversation = call.flag("lock_to_single_conversation")
    call.desk.records.touch()
    return _inbox(call, inbox)


def inbox_bot(call: Call) -> object:
    bot = call.desk.records.bots.get(call.inbox().bot_id or 0)
    return {"agent_bot": call.desk.shapes.bot(bot) if bot else {}}


def set_inbox_bot(call: Call) -> object:
    """Without ``agent_bot`` the inbox has none any more, and new conversations start open."""
    _must_administrate(call)
    number = call.number("agent_bot")
    if number is not None and number not in call.desk.records.bots:
        raise not_found()
    call.inbox().bot_id = number
    call.desk.records.touch()
    return Response(status_code=200)


def _users(call: Call, ids: list[int]) -> list[dict[str, Any]]:
    users = call.desk.records.users
    return [call.desk.shapes.agent(users[number]) for number in ids if number in users]


def inbox_assignable(call: Call) -> object:
    return {"payload": _users(call, _with_administrators(call, call.inbox().members))}


def assignable(call: Call) -> object:
    """Who may be given conversations of all the named inboxes; administrators always."""
    known = call.desk.records.inboxes
    wanted = [as_number(value) for value in call.query.getlist("inbox_ids[]") or call.query.getlist("inbox_ids")]
    if not wanted or any(number not in known for number in wanted):
        raise not_found()
    common = set.intersection(*(set(known[number].members) for number in wanted if number is not None))
    return {"payload": _users(call, _with_administrators(call, sorted(common)))}


def _with_administrators(call: Call, members: list[int]) -> list[int]:
    chiefs = [user.id for user in call.desk.records.users.values() if user.role == "administrator"]
    return list(dict.fromkeys([*members, *chiefs]))


def members(call: Call) -> object:
    return {"payload": _users(call, call.inbox().members)}


def _ids(call: Call) -> list[int]:
    numbers = [as_number(value) for value in call.strings("user_ids")]
    return [number for number in numbers if number is not None and number in call.desk.records.users]


def set_members(call: Call) -> object:
    _must_administrate(call)
    inbox = found(call.desk.records.inboxes, call.number("inbox_id"))
    inbox.members = _ids(call)
    call.desk.records.touch()
    return {"payload": _users(call, inbox.members)}


def agents(call: Call) -> object:
    return _users(call, list(call.desk.records.users))


def update_agent(call: Call) -> object:
    _must_administrate(call)
    user = found(call.desk.records.users, call.path["agent"])
    wanted = call.text("availability") or user.availability
    if wanted not in _AVAILABILITIES:
        raise refused(f"'{wanted}' is not a valid availability")
    user.availability = wanted
    call.desk.records.touch()
    return call.desk.shapes.agent(user)


def _team(call: Call) -> Team:
    return found(call.desk.records.teams, call.path["team"])


def teams(call: Call) -> object:
    return [call.desk.shapes.team(row) for row in call.desk.records.teams.values()]


def show_team(call: Call) -> object:
    return call.desk.shapes.team(_team(call))


def team_members(call: Call) -> object:
    return _users(call, _team(call).members)


def set_team_members(call: Call) -> object:
    _must_administrate(call)
    team = _team(call)
    team.members = _ids(call)
    call.desk.records.touch()
    return _users(call, team.members)


# --- labels and canned responses ------------------------------------------------------------------------------


def _label(number: int, title: str) -> dict[str, Any]:
    return {"id": number, "title": title, "description": None, "color": "#1f93ff", "show_on_sidebar": True}


def labels(call: Call) -> object:
    return {"payload": [_label(number, title) for number, title in enumerate(call.desk.records.labels, 1)]}


def create_label(call: Call) -> object:
    _must_administrate(call)
    known, title = call.desk.records.labels, (call.text("title") or "").lower()
    if not title or title in known:
        raise invalid("Title has already been taken" if title else "Title can't be blank", "title")
    known.append(title)
    call.desk.records.touch()
    return _label(len(known), title)


def canned(call: Call) -> object:
    wanted = (call.query.get("search") or "").casefold()
    rows = call.desk.records.canned
    return [row for row in rows if wanted in row["short_code"] or wanted in row["content"].casefold()]


def create_canned(call: Call) -> object:
    given = call.object("canned_response") or dict(call.data)
    code, content = str(given.get("short_code") or ""), str(given.get("content") or "")
    known = call.desk.records.canned
    if not code or not content or any(row["short_code"] == code for row in known):
        said = "Short code has already been taken" if code and content else "Content can't be blank"
        raise invalid(said, "short_code")
    known.append({"id": len(known) + 1, "short_code": code, "content": content})
    call.desk.records.touch()
    return known[-1]


# --- webhooks and bots ----------------------------------------------------------------------------------------


def _webhook(row: Webhook) -> dict[str, Any]:
    return {
        "id": row.id,
        "url": row.url,
        "account_id": ACCOUNT_ID,
        "subscriptions": row.subscriptions,
        "secret": row.secret,
    }


def webhooks(call: Call) -> object:
    _must_administrate(call)
    return {"payload": {"webhooks": [_webhook(row) for row in call.desk.records.webhooks.values()]}}


def _webhook_values(call: Call) -> tuple[str, list[str]]:
    given = call.object("webhook") or dict(call.data)
    url, wanted = _address(given.get("url")), [str(item) for item in given.get("subscriptions") or []]
    if not url:
        raise invalid("Url can't be blank", "url")
    if any(item not in SUBSCRIPTIONS for item in wanted):
        raise invalid("Subscriptions Invalid subscriptions", "subscriptions")
    return url, wanted


def create_webhook(call: Call) -> object:
    _must_administrate(call)
    records = call.desk.records
    url, wanted = _webhook_values(call)
    if any(row.url == url for row in records.webhooks.values()):
        raise invalid("Url has already been taken", "url")
    number = max(records.webhooks, default=0) + 1
    secret = records.new_uuid("webhook", number).replace("-", "")
    row = records.webhooks[number] = Webhook(number, url, wanted or list(SUBSCRIPTIONS), secret)
    records.touch()
    return {"payload": {"webhook": _webhook(row)}}


def _chosen_webhook(call: Call) -> Webhook:
    _must_administrate(call)
    return found(call.desk.records.webhooks, call.path["webhook"])


def update_webhook(call: Call) -> object:
    row = _chosen_webhook(call)
    row.url, wanted = _webhook_values(call)
    row.subscriptions = wanted or row.subscriptions
    call.desk.records.touch()
    return {"payload": {"webhook": _webhook(row)}}


def destroy_webhook(call: Call) -> object:
    del call.desk.records.webhooks[_chosen_webhook(call).id]
    call.desk.records.touch()
    return Response(status_code=200)


def _bot(call: Call, bot: Bot) -> dict[str, Any]:
    shown = {"id": bot.id, "name": bot.name, "outgoing_url": bot.outgoing_url, "bot_type": "webhook"}
    return shown | ({"access_token": bot.token, "secret": bot.secret} if _administrator(call) else {})


def bots(call: Call) -> object:
    return [_bot(call, row) for row in call.desk.records.bots.values()]


def update_bot(call: Call) -> object:
    _must_administrate(call)
    bot = found(call.desk.records.bots, call.path["bot"])
    if "outgoing_url" in call.data:
        bot.outgoing_url = _address(call.data["outgoing_url"])
    call.desk.records.touch()
    return _bot(call, bot)
