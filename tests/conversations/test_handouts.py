"""Files that the agent hands out: asked for, once in a conversation, never over a person (domain.md; I3, I5, I6)."""

import base64
import json

import httpx
import pytest
import respx
from django.db import IntegrityError, transaction

from conversations import handoff, handouts, repair
from conversations.agent.handouts import unkept, wanted
from conversations.agent.state import Line
from conversations.media import files
from conversations.models import Conversation, GuardrailHit, Media, Message, Outbox
from knowledge import loader
from leads.models import Fact
from leads.services import NewFact, record_facts
from seleto.lib import jobs
from seleto.lib.ids import new_id
from tests import zapi
from tests.conversations.model import said
from tests.factories import ConversationFactory, IdentityFactory, MessageFactory, PromptFactory, now, waiting
from tests.handouts import JPEG, KIND, PDF, PNG, handout, upload


def line(text: str, **fields) -> Line:
    return Line(**{"id": new_id(), "key": "m1", "author": "lead", "type": "text", "text": text, "at": now(), **fields})


# --- what is asked for


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("me manda o catálogo?", {KIND.CATALOGUE}),
        ("Vocês têm catálogo?", {KIND.CATALOGUE}),
        ("tem algum folder ou catalogo com os modelos", {KIND.CATALOGUE}),
        ("Catálogo por favor", {KIND.CATALOGUE}),
        ("poderia me enviar um material em pdf", {KIND.CATALOGUE}),
        ("Não recebi o catálogo. Pode mandar o catálogo de novo?", {KIND.CATALOGUE}),
        ("queria ver umas fotos da FB300", {KIND.PHOTO}),
        ("Tem foto dela?", {KIND.PHOTO}),
        ("manda foto aí", {KIND.PHOTO}),
        ("preciso da ficha técnica da SE3000", {KIND.DATASHEET}),
        ("me envia a ficha técnica e umas fotos", {KIND.DATASHEET, KIND.PHOTO}),
        ("can you send me the catalog?", {KIND.CATALOGUE}),
        ("¿me puede enviar el catálogo?", {KIND.CATALOGUE}),
        # nobody asks us for a file
        ("vou te mandar uma foto da minha máquina", set()),
        ("posso mandar foto do meu molde?", set()),
        ("já vi o catálogo no site de vocês", set()),
        ("vi a FB300 no catálogo de vocês", set()),
        ("não precisa mandar catálogo", set()),
        ("não quero o catálogo, quero falar com alguém", set()),
        ("minha foto de perfil é a da loja", set()),
        ("qual a capacidade da FB300?", set()),
        ("obrigado pelo catálogo", set()),
        ("", set()),
    ],
)
def test_only_a_plain_request_asks_for_a_file(text, kinds):
    assert wanted([line(text)]) == kinds


def test_what_the_lead_forwards_asks_for_nothing():
    assert wanted([line("me manda o catálogo", own_words=False)]) == set()


@pytest.mark.parametrize(
    "text",
    [
        "Segue o nosso catálogo completo!",
        "Vou te enviar as fotos da FB300.",
        "Estou mandando a ficha técnica agora.",
        "A ficha está em anexo.",
        "Aqui está o catálogo.",
    ],
)
def test_a_reply_that_says_a_file_comes_is_a_promise_when_none_does(text):
    assert unkept([text], going=False).kinds == ("promise",)
    assert unkept([text], going=True).ok


@pytest.mark.parametrize(
    "text",
    [
        "Nosso catálogo está no site.",
        "Segue o link do catálogo: https://site.seleto.example/catalogo",
        "Você pode me mandar uma foto da sua cozinha?",
        "O consultor envia a ficha técnica para você.",
        "Vou te explicar como funciona.",
    ],
)
def test_words_that_announce_no_file_are_none(text):
    assert unkept([text], going=False).ok


# --- keeping


@pytest.fixture(autouse=True)
def _disk(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def test_a_file_is_known_by_its_bytes():
    kept = handouts.keep(upload(PDF, "../../Catálogo 2026.exe"), kind=KIND.CATALOGUE)

    assert (kept.file.mime, kept.file.size, kept.filename) == ("application/pdf", len(PDF), "Catálogo 2026.exe")
    assert files.read(kept.path) == PDF


@pytest.mark.parametrize(
    ("content", "name", "kind", "reason"),
    [
        (b"", "catalogo.pdf", KIND.CATALOGUE, "O arquivo está vazio."),
        (b"<html>oi</html>", "catalogo.pdf", KIND.CATALOGUE, "use PDF, JPEG ou PNG"),
        (b"MZ" + bytes(60), "foto.jpg", KIND.PHOTO, "use JPEG ou PNG"),
        (PDF, "foto.jpg", KIND.PHOTO, "use JPEG ou PNG"),
        (
            PNG + bytes(5 * 1024 * 1024),
            "foto.png",
            KIND.PHOTO,
            "5,1 MB; como imagem, o limite é de 5 MB (Z-API, Cloud API)",
        ),
    ],
    ids=["empty", "page", "program", "paper as photo", "large photo"],
)
def test_what_no_provider_would_take_is_refused_in_words(content, name, kind, reason):
    with pytest.raises(handouts.Unfit) as refusal:
        handouts.keep(upload(content, name), kind=kind)

    assert reason in refusal.value.reason


def test_a_file_that_would_not_fit_into_a_message_is_refused(settings):
    settings.MEDIA_MAX_BYTES = 1024

    with pytest.raises(handouts.Unfit) as refusal:
        handouts.keep(upload(PDF + bytes(2000), "c.pdf"), kind=KIND.CATALOGUE)

    assert "(este sistema)" in refusal.value.reason


@pytest.mark.django_db
def test_a_caption_follows_the_rules_of_replies():
    assert handouts.caption_faults("Nosso catálogo completo.") == []
    assert handouts.caption_faults("FB300 por R$ 18.900 à vista.")


# --- a turn


@pytest.fixture
def model(channel, settings):
    settings.LLM_API_KEY = "chave-de-teste"
    settings.TYPING_MAX_S = 0
    PromptFactory.create()
    loader.load()
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        sends = router.post(path__regex="/send-")
        sends.side_effect = lambda request: httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})
        model = router.post(path__regex="/chat/completions$")
        model.side_effect = lambda request: said("Claro! Fico à disposição.")
        model.sends = sends
        yield model


def left(model) -> list[tuple[str, str]]:
    """What the provider was given: which call, and the text or caption."""
    found = []
    for call in model.sends.calls:
        body = json.loads(call.request.content)
        path = call.request.url.path.partition("/send-")[2]
        found.append((path, body.get("message") or body.get("caption") or ""))
    return found


def asks(conversation: Conversation, text: str) -> None:
    revision = conversation.revision + 1
    MessageFactory.create(conversation=conversation, author="lead", text=text, revision=revision, sent_at=now())
    Conversation.objects.filter(pk=conversation.pk).update(revision=revision, turn_due_at=now(), pending_since=now())
    conversation.refresh_from_db()


def run() -> None:
    jobs.run_due()
    jobs.run_due()


@pytest.mark.django_db
def test_the_catalogue_follows_the_reply_that_was_asked_for_it(model):
    row = handout(caption="Nosso catálogo completo.")
    waiting("Me manda o catálogo?")

    run()

    assert left(model) == [("text", "Claro! Fico à disposição."), ("document/pdf", "Nosso catálogo completo.")]
    body = json.loads(model.sends.calls[1].request.content)
    head, _, content = body["document"].partition(",")
    assert (head, base64.b64decode(content)) == ("data:application/pdf;base64", files.read(row.path))
    message = Message.objects.get(type="document")
    assert (message.author, message.text, message.files.get().source) == (
        Message.Author.AGENT,
        "Nosso catálogo completo.",
        Media.Source.AGENT,
    )
    assert "<vai_com_a_resposta><arquivo>" in json.loads(model.calls[0].request.content)["messages"][1][
        "content"
    ].replace("\n", "")


@pytest.mark.django_db
def test_once_in_a_conversation_however_often_it_is_asked_for(model):
    handout()
    conversation = waiting("Me manda o catálogo?")
    run()
    conversation.refresh_from_db()

    asks(conversation, "pode mandar o catálogo de novo?")
    run()

    assert [path for path, _ in left(model)] == ["text", "document/pdf", "text"]


@pytest.mark.django_db
def test_the_database_itself_refuses_the_second_time(model):
    handout()
    waiting("Me manda o catálogo?")
    run()
    first = Outbox.objects.exclude(handout_sha256="").get()
    message = MessageFactory.create(conversation=first.conversation, author="agent")

    with pytest.raises(IntegrityError, match="outbox_handout_once"), transaction.atomic():
        Outbox.objects.create(
            conversation=first.conversation,
            channel=first.channel,
            message=message,
            media=first.media,
            origin=first.origin,
            order=99,
            to=first.to,
            reviewed_sha256=first.reviewed_sha256,
            text=first.text,
            handout_sha256=first.handout_sha256,
            due_at=now(),
            created_at=now(),
        )


@pytest.mark.django_db
def test_the_products_own_file_goes_before_the_companys(model):
    handout()
    handout(product="FB300", caption="Catálogo da FB300.")
    waiting("Tem catálogo da FB300?")

    run()

    assert [caption for _, caption in left(model)][1:] == ["Catálogo da FB300."]


@pytest.mark.django_db
def test_photos_are_of_the_product_the_lead_is_interested_in(model):
    for number in range(4):
        handout(KIND.PHOTO, "FB300", content=PNG + bytes([number]), caption=f"FB300, foto {number}")
    handout(KIND.PHOTO, "CT200", caption="CT200")
    conversation = waiting("tem foto dela?")
    given = NewFact(Fact.Field.PRODUTO, "FB300", Fact.Evidence.GIVEN, "usuário", None, given_by="usuário:1")
    record_facts(conversation.lead_id, [given], now=now())

    run()

    assert left(model)[1:] == [("image", f"FB300, foto {number}") for number in range(3)]


@pytest.mark.django_db
def test_a_data_sheet_that_is_not_there_is_replaced_by_the_catalogue(model):
    handout(product="SE3000", caption="Linha SE3000.")
    waiting("preciso da ficha técnica da SE3000")

    run()

    assert left(model)[1:] == [("document/pdf", "Linha SE3000.")]


@pytest.mark.django_db
@pytest.mark.parametrize("fields", [{"active": False}, {"on_request": False}])
def test_a_file_that_is_not_in_use_stays_here(model, fields):
    handout(**fields)
    waiting("Me manda o catálogo?")

    run()

    assert [path for path, _ in left(model)] == ["text"]


@pytest.mark.django_db
def test_i4_a_caption_with_a_price_stays_behind(model):
    handout(caption="A FB300 sai por R$ 18.900.")
    waiting("Me manda o catálogo?")

    run()

    assert left(model)[1:] == [("document/pdf", "")]


@pytest.mark.django_db
def test_a_reply_that_promises_a_file_we_do_not_have_is_drafted_again(model):
    model.side_effect = [said("Segue o nosso catálogo!"), said("O catálogo está no nosso site.")]
    waiting("Me manda o catálogo?")

    run()

    assert left(model) == [("text", "O catálogo está no nosso site.")]
    assert GuardrailHit.objects.get().kinds == ["promise"]


@pytest.mark.django_db
def test_a_file_gone_from_the_disk_keeps_no_lead_waiting(model):
    row = handout()
    files.remove(row.path)
    waiting("Me manda o catálogo?")

    run()

    assert [path for path, _ in left(model)] == ["text"]


@pytest.mark.django_db
def test_what_was_sent_stays_when_the_manager_deletes_it(model):
    row = handout()
    waiting("Me manda o catálogo?")
    run()

    handouts.remove_file(row.path)
    row.delete()

    assert files.read(Media.objects.get().path).startswith(PDF)


@pytest.mark.django_db
def test_i5_a_person_who_takes_over_stops_the_file_too(model):
    handout()
    conversation = waiting("Me manda o catálogo?")
    model.sends.side_effect = [httpx.Response(200, json={"messageId": "P1"})] + [httpx.ConnectError("x")] * 3
    run()
    repair.pause(conversation.pk, actor="gestora", now=now())

    row = Outbox.objects.exclude(handout_sha256="").get()
    assert (row.status, row.reason) == (Outbox.Status.CANCELLED, handoff.TAKEN_OVER)


@pytest.mark.django_db
def test_a_file_that_never_left_may_be_asked_for_again(model):
    handout()
    conversation = waiting("Me manda o catálogo?")
    run()
    Outbox.objects.exclude(handout_sha256="").update(status=Outbox.Status.CANCELLED, reason=handoff.TAKEN_OVER)
    conversation.refresh_from_db()

    asks(conversation, "e o catálogo, pode mandar?")
    run()

    assert [path for path, _ in left(model)].count("document/pdf") == 2


@pytest.mark.django_db
def test_a_cold_lead_who_is_taken_leave_of_gets_what_is_meant_for_that(model):
    handout(on_request=False, on_farewell=True, caption="Para quando quiser conhecer.")
    model.side_effect = lambda request: said("Foi um prazer! Até mais.", move="encerrar", intents=["curioso"])
    conversation = ConversationFactory.create(revision=1, turn_due_at=now(), pending_since=now())
    IdentityFactory.create(lead=conversation.lead)
    text = "era só curiosidade mesmo, não tenho negócio nenhum e nem penso em abrir"
    MessageFactory.create(conversation=conversation, author="lead", text=text, revision=1, sent_at=now())

    run()

    assert left(model)[1:] == [("document/pdf", "Para quando quiser conhecer.")]


@pytest.mark.django_db
def test_turns_that_ask_for_nothing_get_no_files(model):
    handout()
    waiting("qual a capacidade da FB300?")

    run()

    assert [path for path, _ in left(model)] == ["text"]


def test_jpeg_is_a_photo():
    assert handouts.keep(upload(JPEG, "a.jpg"), kind=KIND.PHOTO).file.mime == "image/jpeg"
