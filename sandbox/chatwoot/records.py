"""What the fake Chatwoot keeps. Instants are epoch seconds of the sandbox's clock."""

import hashlib
import uuid
from dataclasses import asdict, dataclass, field
from typing import Any

ACCOUNT_ID = 1
ACCOUNT_NAME = "Seleto Industrial (teste)"
INTEGRATION, BIANCA, CAIO = 2, 11, 12
BOT = 3
WHATSAPP, SITE, CLOUD = 7, 8, 9
API_CHANNEL = "Channel::Api"

_FIRST_IDS = {"contact": 501, "contact_inbox": 601, "conversation": 42, "message": 9001, "attachment": 301}
_SPREAD = {"contact": 100, "contact_inbox": 100, "conversation": 100, "message": 10_000, "attachment": 1000}
_LABELS = ("quente", "morno", "frio", "formadoras", "suporte")
_CANNED = (
    ("oi", "Olá! Aqui é a equipe da Seleto Industrial. Como posso ajudar?"),
    ("catalogo", "Vou te enviar o catálogo com as nossas máquinas."),
    ("visita", "Podemos combinar uma visita à fábrica. Qual dia fica melhor para você?"),
)


@dataclass
class User:
    """``role`` is administrator or agent; ``availability`` online, busy or offline."""

    id: int
    name: str
    email: str
    role: str
    token: str
    availability: str = "online"


@dataclass
class Bot:
    id: int
    name: str
    token: str
    secret: str
    outgoing_url: str = ""


@dataclass
class Team:
    id: int
    name: str
    description: str
    members: list[int]
    allow_auto_assign: bool = False


@dataclass
class Inbox:
    id: int
    name: str
    channel_type: str
    channel_id: int
    secret: str
    members: list[int]
    webhook_url: str = ""
    bot_id: int | None = None
    lock_to_single_conversation: bool = False


@dataclass
class Webhook:
    id: int
    url: str
    subscriptions: list[str]
    secret: str


@dataclass
class Contact:
    id: int
    created_at: float
    last_activity_at: float
    name: str = ""
    phone_number: str | None = None
    email: str | None = None
    identifier: str | None = None
    custom_attributes: dict[str, Any] = field(default_factory=dict)
    additional_attributes: dict[str, Any] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    blocked: bool = False


@dataclass
class ContactInbox:
    id: int
    contact_id: int
    inbox_id: int
    source_id: str
    created_at: float


@dataclass
class Conversation:
    """``id`` is the display id. ``assignee_type`` is User or AgentBot while somebody is assigned."""

    id: int
    uuid: str
    inbox_id: int
    contact_id: int
    contact_inbox_id: int
    created_at: float
    updated_at: float
    last_activity_at: float
    status: str = "open"
    assignee_id: int | None = None
    assignee_type: str | None = None
    team_id: int | None = None
    priority: str | None = None
    snoozed_until: int | None = None
    labels: list[str] = field(default_factory=list)
    custom_attributes: dict[str, Any] = field(default_factory=dict)
    additional_attributes: dict[str, Any] = field(default_factory=dict)
    waiting_since: float = 0.0
    first_reply_created_at: float = 0.0
    agent_last_seen_at: float = 0.0
    assignee_last_seen_at: float = 0.0
    contact_last_seen_at: float = 0.0


@dataclass
class Attachment:
    """``data`` is base64, so that it fits the state file."""

    id: int
    message_id: int
    name: str
    content_type: str
    file_type: str
    size: int
    data: str


@dataclass
class Message:
    """``message_type`` as webhooks write it: incoming, outgoing, activity or template."""

    id: int
    conversation_id: int
    inbox_id: int
    created_at: float
    updated_at: float
    message_type: str
    content: str | None
    content_type: str = "text"
    content_attributes: dict[str, Any] = field(default_factory=dict)
    private: bool = False
    status: str = "sent"
    source_id: str | None = None
    sender_type: str | None = None
    sender_id: int | None = None
    attachments: list[Attachment] = field(default_factory=list)


@dataclass
class Settings:
    """How this Chatwoot behaves.

    ``multipart_content_attributes`` off is the careful reading of the contract (section 2): JSON text in a form is
    not taken over. ``signed`` off is a server older than 4.11.2.
    """

    version: str = "4.17.1"
    signed: bool = True
    multipart_content_attributes: bool = False
    rate_limit_per_min: int = 3000
    bot_retry_s: float = 3.0


class Records:
    def __init__(
        self,
        seed: int,
        *,
        user_token: str,
        bot_token: str,
        secret: str,
        webhook_url: str,
        cloud_webhook_url: str = "",
    ) -> None:
        self._user_token, self._bot_token, self._secret = user_token, bot_token, secret
        self._webhook_url, self._cloud_webhook_url = webhook_url, cloud_webhook_url
        self.version = 0
        self._begin(seed)
        self.clear()

    def _begin(self, seed: int) -> None:
        """Ids start where the seed says, so that a product that kept its rows meets no id it already knows."""
        self.seed = seed
        self._next = {kind: first + seed % 100_000 * _SPREAD[kind] for kind, first in _FIRST_IDS.items()}

    def reset(self, seed: int | None) -> None:
        """Forget everything; without a seed the ids run on."""
        if seed is not None:
            self._begin(seed)
        self.clear()

    def clear(self) -> None:
        self.settings = Settings()
        self.contacts: dict[int, Contact] = {}
        self.contact_inboxes: dict[int, ContactInbox] = {}
        self.conversations: dict[int, Conversation] = {}
        self.messages: dict[int, Message] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.requests: dict[int, int] = {}  # by minute, the current one alone
        self.typing: dict[int, dict[str, float]] = {}  # by conversation: who types, until when
        self.labels = list(_LABELS)
        self.canned: list[dict[str, Any]] = [
            {"id": number, "short_code": code, "content": text} for number, (code, text) in enumerate(_CANNED, 1)
        ]
        self.users = {user.id: user for user in self._staff()}
        self.bots = {BOT: Bot(BOT, "Seleto Bot", self._bot_token, f"{self._secret}-bot")}
        people = [BIANCA, CAIO]
        self.teams = {
            n: Team(n, name, "", list(people))
            for n, name in enumerate(("comercial", "suporte", "privacidade", "outro"), 1)
        }
        self.inboxes = {
            WHATSAPP: Inbox(
                WHATSAPP, "WhatsApp Seleto", API_CHANNEL, 5, self._secret, list(people), self._webhook_url, BOT
            ),
            SITE: Inbox(SITE, "Site", "Channel::WebWidget", 6, "", list(people)),
        }
        if self._cloud_webhook_url:
            self.inboxes[CLOUD] = Inbox(
                *(CLOUD, "WhatsApp Cloud API", API_CHANNEL, 7, self._secret, list(people), self._cloud_webhook_url, BOT)
            )
        self.thread: dict[int, list[Message]] = {}
        self.touch()

    def _staff(self) -> list[User]:
        return [
            User(INTEGRATION, "Integração Seleto", "integracao@example.com", "administrator", self._user_token),
            User(BIANCA, "Bianca SDR", "bianca.sdr@example.com", "agent", f"{self._user_token}-{BIANCA}"),
            User(CAIO, "Caio SDR", "caio.sdr@example.com", "agent", f"{self._user_token}-{CAIO}"),
        ]

    def touch(self) -> None:
        self.version += 1

    def new_id(self, kind: str) -> int:
        value = self._next[kind]
        self._next[kind] += 1
        return value

    def new_uuid(self, *parts: object) -> str:
        """The same for the same seed and parts."""
        digest = hashlib.sha256(":".join(map(str, (self.seed, *parts))).encode()).hexdigest()
        return str(uuid.UUID(digest[:32], version=4))

    # --- questions --------------------------------------------------------------------------------------------

    def by_token(self, token: str) -> User | Bot | None:
        people: list[User | Bot] = [*self.users.values(), *self.bots.values()]
        return next((one for one in people if one.token == token), None)

    def inboxes_of(self, contact: Contact) -> list[ContactInbox]:
        return [row for row in self.contact_inboxes.values() if row.contact_id == contact.id]

    def conversations_of(self, contact: Contact) -> list[Conversation]:
        """Newest activity first."""
        rows = [row for row in self.conversations.values() if row.contact_id == contact.id]
        return sorted(rows, key=lambda row: (row.last_activity_at, row.id), reverse=True)

    def messages_of(self, conversation: Conversation) -> list[Message]:
        """Oldest first."""
        return self.thread.get(conversation.id, [])

    def unread(self, conversation: Conversation) -> int:
        rows = self.messages_of(conversation)
        return sum(row.message_type == "incoming" and row.created_at > conversation.agent_last_seen_at for row in rows)

    def last_spoken(self, conversation: Conversation) -> Message | None:
        """The newest row that is no activity line."""
        return next((row for row in reversed(self.messages_of(conversation)) if row.message_type != "activity"), None)

    def keep(self, message: Message) -> None:
        self.messages[message.id] = message
        self.thread.setdefault(message.conversation_id, []).append(message)
        self.touch()

    def drop_conversation(self, conversation: Conversation) -> None:
        del self.conversations[conversation.id]
        for message in self.thread.pop(conversation.id, []):
            del self.messages[message.id]
        self.touch()

    # --- state file -------------------------------------------------------------------------------------------

    _TABLES = {
        "contacts": Contact,
        "contact_inboxes": ContactInbox,
        "conversations": Conversation,
        "webhooks": Webhook,
        "inboxes": Inbox,
        "users": User,
        "bots": Bot,
        "teams": Team,
    }

    def snapshot(self) -> dict[str, Any]:
        tables = {name: [asdict(row) for row in getattr(self, name).values()] for name in self._TABLES}
        return tables | {
            "seed": self.seed,
            "next": self._next,
            "messages": [asdict(row) for row in self.messages.values()],
            "labels": self.labels,
            "canned": self.canned,
            "settings": asdict(self.settings),
        }

    def restore(self, data: dict[str, Any]) -> None:
        """Take over a snapshot, addresses and credentials of this start kept. Raises KeyError or TypeError."""
        tables = {name: {row["id"]: kind(**row) for row in data[name]} for name, kind in self._TABLES.items()}
        messages = [
            Message(**{**row, "attachments": [Attachment(**item) for item in row["attachments"]]})
            for row in data["messages"]
        ]
        self._begin(int(data["seed"]))
        self._next = {kind: int(data["next"][kind]) for kind in _FIRST_IDS}
        fresh: dict[str, dict[int, Any]] = {"users": self.users, "bots": self.bots, "inboxes": self.inboxes}
        for name, rows in tables.items():
            setattr(self, name, rows)
        for name, known in fresh.items():
            for key, row in known.items():
                kept = getattr(self, name).setdefault(key, row)
                for part in ("token", "secret", "webhook_url"):
                    if hasattr(row, part):
                        setattr(kept, part, getattr(row, part))
        self.messages, self.thread = {}, {}
        for message in messages:
            self.keep(message)
        self.labels, self.canned = list(data["labels"]), list(data["canned"])
        self.settings = Settings(**data["settings"])
        self.touch()
