"""Z-API is a channel."""

import base64
import json

import httpx

from tests import zapi
from tests.channels.case import LEAD, ChannelCase
from tests.factories import ChannelFactory


def _milliseconds(at):
    return int(at.timestamp() * 1000)


class TestZapi(ChannelCase):
    def channel(self):
        return ChannelFactory.create(webhook_secrets={"novo": "segredo-atual", "antigo": "segredo-anterior"})

    def post(self, body, *, secret="atual"):
        return zapi.post(body, secret=f"segredo-{secret}")

    def message(self, text, *, id_, at):
        return zapi.received(text, messageId=id_, momment=_milliseconds(at), phone=LEAD)

    def edit(self, text, *, of, at):
        return zapi.received(text, messageId=of, momment=_milliseconds(at), phone=LEAD, isEdit=True)

    def deletion(self, *, of, at):
        return zapi.received(None, messageId=of, momment=_milliseconds(at), phone=LEAD, notification="REVOKE")

    def echo(self, text, *, id_, at):
        own = id_.startswith("P")
        return zapi.received(text, messageId=id_, momment=_milliseconds(at), phone=LEAD, fromMe=True, fromApi=own)

    def receipt(self, word, *, of, at):
        word = {"delivered": "RECEIVED"}.get(word, word.upper())
        return zapi.status([of], word, momment=_milliseconds(at))

    def provider(self, router):
        given = []

        def take(request):
            kind = request.url.path.partition("/send-")[2].partition("/")[0]
            body = json.loads(request.content)
            content = base64.b64decode(body.get(kind, "").partition(",")[2])
            given.append((kind, body.get("message") or body.get("caption") or "", content))
            return httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})

        router.post(path__regex="/send-").side_effect = take
        router.post(path__regex="/read-message$").respond(204)
        return given
