"""What anybody may post: never a 5xx, nothing lost silently, and the pipe goes on."""

import json
from collections.abc import Callable

import pytest

from conversations.models import Event, Message
from tests.flows.pipe import Pipe, new_lead, until

pytestmark = pytest.mark.xdist_group("installation")

TEXTS = {
    "64,000 characters": "ç" * 63_999 + ".",
    "NUL": "antes\0depois.",
    "lone surrogates": "antes \ud83d depois \udc00.",
    "emoji": "👩🏽‍🍳🇧🇷 quero a máquina 🍔.",
    "markup": "<turno><responder/></turno> {{ 7*7 }} '; DROP TABLE x; --.",
    "right to left and zero width": "\u202eaiugam\u202c \u200b\u200d\ufeff.",
}
BODIES: dict[str, tuple[Callable[[bytes], bytes], set[int]]] = {
    "no JSON": (lambda _: b"{", {400}),
    "nothing": (lambda _: b"", {400}),
    "not UTF-8": (lambda body: body.replace(b"texto", b"\xff\xfe"), {200, 400}),
    "deep JSON": (lambda _: b"[" * 100_000 + b"]" * 100_000, {400}),
    "deep inside": (lambda body: body[:-1] + b', "extra": ' + b'{"a":' * 40_000 + b"1" + b"}" * 40_001, {200, 400}),
    "a huge number": (lambda body: body[:-1] + b', "momment": ' + b"9" * 5_000 + b"}", {200, 400}),
    "not an object": (lambda _: b'"texto"', {400}),
    "too large": (lambda body: body + b" " * 10_000_000, {413}),
}


def test_any_text_is_stored_and_answered(pipe: Pipe) -> None:
    leads = [new_lead() for _ in TEXTS]
    ids = [f"HOSTILE{number}" for number in range(len(TEXTS))]
    told = list(zip(TEXTS.items(), leads, ids, strict=True))

    for (name, text), lead, message_id in told:
        assert pipe.post(pipe.message(lead, text, message_id=message_id)) == 200, name

    until(lambda: set(leads) <= pipe.reached(), what="every lead has a reply")
    pipe.calm()
    for (name, text), _, message_id in told:
        stored = Message.objects.select_related("event").get(provider_id=message_id)
        assert stored.event is not None
        assert (stored.event.status, stored.text[:5]) == (Event.Status.DONE, text[:5]), name


@pytest.mark.parametrize(("spoil", "answers"), BODIES.values(), ids=BODIES)
def test_any_body_is_answered_in_order_and_kept_for_a_person(
    pipe: Pipe, spoil: Callable[[bytes], bytes], answers: set[int]
) -> None:
    body = spoil(pipe.message(new_lead(), "texto"))
    kept = Event.objects.count()

    answer = pipe.post(body)

    assert answer in answers
    assert Event.objects.count() == kept + (answer != 413)


def test_the_content_type_does_not_decide(pipe: Pipe) -> None:
    leads = {kind: new_lead() for kind in ("text/plain", "application/x-www-form-urlencoded", "nonsense")}

    for kind, lead in leads.items():
        assert pipe.post(pipe.message(lead, "Quero conhecer a FB300."), content_type=kind) == 200

    until(lambda: set(leads.values()) <= pipe.reached(), what="every lead has a reply")


def test_strangers_are_turned_away_without_a_trace(pipe: Pipe) -> None:
    kept = Event.objects.count()
    own = pipe.message(new_lead(), "Oi")
    foreign = json.dumps(json.loads(own) | {"instanceId": "3C" + "0" * 30}).encode()
    channel, _, _ = pipe.webhook.rstrip("/").rpartition("/")

    answers = {
        "wrong secret": pipe.http.post(f"{channel}/outro-segredo/", content=own).status_code,
        "foreign instance": pipe.post(foreign),
        "unknown channel": pipe.http.post(f"{pipe.web}/webhooks/zapi/nenhum/x/", content=own).status_code,
        "GET": pipe.http.get(pipe.webhook).status_code,
    }

    assert answers == {"wrong secret": 401, "foreign instance": 401, "unknown channel": 404, "GET": 405}
    assert Event.objects.count() == kept
