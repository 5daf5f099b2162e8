"""What comes of each kind of webhook, by provider: the tests prove it, and docs/channels.md is written from it."""

# (event's end, reason, author of the message stored, whether an answer is owed)
Handling = tuple[str, str, str | None, bool]

ANSWERED: Handling = ("done", "", "lead", True)
TAKEN_IN: Handling = ("done", "", None, False)
PERSON: Handling = ("done", "", "phone", False)
# About a message we do not know: offered again for a while, as the answer to our own call may still be on its way.
ABOUT_ANOTHER: Handling = ("new", "", None, False)


def shown_only(kind: str) -> Handling:
    return ("ignored", f"so_registro:{kind}", "lead", False)


def ignored(reason: str) -> Handling:
    return ("ignored", reason, None, False)


ZAPI: dict[str, Handling] = {
    "webhook_connected": TAKEN_IN,
    "webhook_disconnected": TAKEN_IN,
    "webhook_delivery_callback": ABOUT_ANOTHER,
    "webhook_delivery_callback_error": ABOUT_ANOTHER,
    # What it says of the instance counts, whatever message it speaks of.
    "webhook_delivery_callback_shadow_ban": ignored("mensagem_desconhecida"),
    "webhook_status_many_ids": ABOUT_ANOTHER,
    "webhook_status_played": ABOUT_ANOTHER,
    "webhook_status_read": ABOUT_ANOTHER,
    "webhook_status_received": ABOUT_ANOTHER,
    "webhook_status_sent": ABOUT_ANOTHER,
    "webhook_status_read_by_me": ignored("read_by_me"),
    "webhook_presence_composing": ignored("presenca"),
    "webhook_received_audio": ANSWERED,
    "webhook_received_broadcast_list": ignored("broadcast"),
    "webhook_received_button_reply": ANSWERED,
    "webhook_received_contact": ANSWERED,
    "webhook_received_document": ANSWERED,
    "webhook_received_fromme_api": ignored("eco_proprio"),
    "webhook_received_fromme_phone": PERSON,
    "webhook_received_group_text": ignored("group"),
    "webhook_received_image_caption": ANSWERED,
    "webhook_received_image_download_error": ANSWERED,
    "webhook_received_lid_only": ANSWERED,
    "webhook_received_list_reply": ANSWERED,
    "webhook_received_location": ANSWERED,
    "webhook_received_newsletter": ignored("newsletter"),
    "webhook_received_notification_call_missed": ANSWERED,
    "webhook_received_notification_revoke": ABOUT_ANOTHER,
    "webhook_received_reaction": shown_only("reaction"),
    "webhook_received_reaction_removed": shown_only("reaction"),
    "webhook_received_status_reply": shown_only("status_reply"),
    "webhook_received_sticker": shown_only("sticker"),
    "webhook_received_text": ANSWERED,
    "webhook_received_text_edited": ANSWERED,
    "webhook_received_text_from_ad": ANSWERED,
    "webhook_received_text_reply": ANSWERED,
    "webhook_received_unknown_content": shown_only("unknown"),
    "webhook_received_unsigned_min": ANSWERED,
    "webhook_received_video": ANSWERED,
    "webhook_received_waiting_message": ignored("aguarda_conteudo"),
}
# A batch holds several of these, and a handshake is no event: they have tests of their own.
CLOUD_API: dict[str, Handling] = {
    "webhook_audio_voice": ANSWERED,
    "webhook_bsuid_only": ANSWERED,
    "webhook_button_reply": ANSWERED,
    "webhook_coexistence_echo": PERSON,
    "webhook_contacts": ANSWERED,
    "webhook_document": ANSWERED,
    "webhook_image_caption": ANSWERED,
    "webhook_image_with_url": ANSWERED,
    "webhook_list_reply": ANSWERED,
    "webhook_location": ANSWERED,
    "webhook_other_phone_number_id": ignored("outro_numero"),
    "webhook_reaction": shown_only("reaction"),
    "webhook_reaction_removed": shown_only("reaction"),
    "webhook_revoked": ABOUT_ANOTHER,
    "webhook_status_delivered": ABOUT_ANOTHER,
    "webhook_status_failed_131026": ABOUT_ANOTHER,
    "webhook_status_failed_131047": ABOUT_ANOTHER,
    "webhook_status_failed_131049": ABOUT_ANOTHER,
    "webhook_status_read": ABOUT_ANOTHER,
    "webhook_status_sent": ABOUT_ANOTHER,
    "webhook_sticker": shown_only("sticker"),
    "webhook_system_number_change": ignored("numero_desconhecido"),
    "webhook_template_quick_reply": ANSWERED,
    "webhook_text": ANSWERED,
    "webhook_text_edited": ANSWERED,
    "webhook_text_from_ad": ANSWERED,
    "webhook_text_reply": ANSWERED,
    "webhook_unsupported": shown_only("unknown"),
    "webhook_value_errors": TAKEN_IN,
}
# Not among the samples: written by `tests/channels/test_template_news.py`.
CLOUD_API_OWN: dict[str, Handling] = {"webhook_template_status": TAKEN_IN}
SEVERAL = {"webhook_batch", "webhook_verification_get"}
