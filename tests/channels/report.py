"""docs/channels.md, written from what the tests prove: ``python -m tests.channels.report`` (``make docs``)."""

from pathlib import Path

from conversations.channels import registry
from tests.channels import handling
from tests.channels.handling import Handling

PAGE = Path(__file__).parent.parent.parent / "docs" / "channels.md"

# What a lead does, or a provider tells -> the samples that show it, by provider (without "webhook_").
ROWS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("Text", ("received_text", "received_unsigned_min"), ("text",)),
    ("Text that quotes a message", ("received_text_reply",), ("text_reply",)),
    ("Text of a lead who came from an ad", ("received_text_from_ad",), ("text_from_ad",)),
    ("A lead without a phone number", ("received_lid_only",), ("bsuid_only",)),
    ("Edited text (its original unknown)", ("received_text_edited",), ("text_edited",)),
    ("Deleted message", ("received_notification_revoke",), ("revoked",)),
    ("Voice note", ("received_audio",), ("audio_voice",)),
    ("Image", ("received_image_caption",), ("image_caption", "image_with_url")),
    ("Image the provider could not fetch", ("received_image_download_error",), ()),
    ("Video", ("received_video",), ()),
    ("Document", ("received_document",), ("document",)),
    ("Sticker", ("received_sticker",), ("sticker",)),
    ("Location", ("received_location",), ("location",)),
    ("Contact card", ("received_contact",), ("contacts",)),
    ("Reaction, or its removal", ("received_reaction", "received_reaction_removed"), ("reaction", "reaction_removed")),
    (
        *("Choice of a button or a list", ("received_button_reply", "received_list_reply")),
        ("button_reply", "list_reply", "template_quick_reply"),
    ),
    ("Content nobody knows", ("received_unknown_content",), ("unsupported",)),
    ("Content that follows later", ("received_waiting_message",), ()),
    ("Answer to a status post", ("received_status_reply",), ()),
    (
        "Group, broadcast list, newsletter",
        ("received_group_text", "received_broadcast_list", "received_newsletter"),
        (),
    ),
    ("Call that was missed", ("received_notification_call_missed",), ()),
    ("Typing", ("presence_composing",), ()),
    ("A person typed on the company's phone", ("received_fromme_phone",), ("coexistence_echo",)),
    ("Our own message comes back", ("received_fromme_api",), ()),
    ("Read on the company's phone", ("status_read_by_me",), ()),
    (
        "Sent, delivered, read, played",
        ("delivery_callback", *(f"status_{word}" for word in ("sent", "received", "read", "played", "many_ids"))),
        ("status_sent", "status_delivered", "status_read"),
    ),
    (
        *("Not delivered", ("delivery_callback_error",)),
        ("status_failed_131026", "status_failed_131047", "status_failed_131049"),
    ),
    ("Sending restricted for a while", ("delivery_callback_shadow_ban",), ()),
    ("Phone connected or disconnected", ("connected", "disconnected"), ()),
    ("Trouble with the account", (), ("value_errors",)),
    ("News of an approved template", (), ("template_status",)),
    ("The lead's number changed", (), ("system_number_change",)),
    ("Event of another number", (), ("other_phone_number_id",)),
)
# In words where the handling alone does not say it.
_MEANS = {
    "webhook_delivery_callback_shadow_ban": "the channel stops sending, alert",
    "webhook_connected": "the channel is on or off line",
    "webhook_disconnected": "the channel is on or off line",
    "webhook_value_errors": "alert",
    "webhook_template_status": "its state is kept, alert where a follow-up counts on it",
    "webhook_system_number_change": "same lead, answered at the new number",
    "webhook_presence_composing": "the agent waits a little longer",
    "webhook_received_notification_revoke": "marked as deleted, not answered any more",
    "webhook_revoked": "marked as deleted, not answered any more",
    "webhook_delivery_callback_error": "parked with its reason, Chatwoot is told",
    "webhook_status_failed_131026": "parked with its reason, Chatwoot is told",
    "webhook_status_failed_131047": "parked with its reason, Chatwoot is told",
    "webhook_status_failed_131049": "parked with its reason, Chatwoot is told",
}
_HEAD = """# What comes of each webhook

Written by `make docs` from `tests/channels/handling.py`, whose rows the tests prove with the samples of the contracts.
Change the handling there, not here.

| what happens | Z-API | Cloud API |
|---|---|---|
"""

_OUTWARD = """
## Files we send

From `conversations/channels/registry.py`; `tests/channels/case.py` proves that they arrive byte for byte.

| what | Z-API | Cloud API |
|---|---|---|
"""


def page() -> str:
    lines = [
        f"| {label} | {_told(zapi, handling.ZAPI)} | {_told(cloud, {**handling.CLOUD_API, **handling.CLOUD_API_OWN})} |"
        for label, zapi, cloud in ROWS
    ]
    return _HEAD + "\n".join(lines) + "\n" + _OUTWARD + "\n".join(_limits()) + "\n"


def _limits() -> list[str]:
    """How files leave, as the registry has it."""
    providers = [registry.get(name) for name in ("zapi", "whatsapp")]
    rows = [
        f"| Largest {kind} | " + " | ".join(f"{one.max_bytes[kind] // 1024 // 1024} MB" for one in providers) + " |"
        for kind in ("image", "document", "audio")
    ]
    ways = [
        "uploaded once, sent by its id for 30 days" if one.keeps_uploads else "within the call" for one in providers
    ]
    return [*rows, f"| A catalogue or photo goes | {' | '.join(ways)} |"]


def _told(samples: tuple[str, ...], table: dict[str, Handling]) -> str:
    words = dict.fromkeys(_words(f"webhook_{name}", table[f"webhook_{name}"]) for name in samples)
    return "; ".join(words) or "–"


def _words(sample: str, found: Handling) -> str:
    if sample in _MEANS:
        return _MEANS[sample]
    _, reason, author, owed = found
    if owed:
        return "answered"
    if author == "phone":
        return "that person is in charge, the agent is silent"
    if author is not None:
        return "shown to people, not answered"
    return f"kept, no effect (`{reason}`)" if reason else "moves our message forward"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
