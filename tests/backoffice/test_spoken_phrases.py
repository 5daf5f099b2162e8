"""A phrase that the rules of today would stop is not saved, whichever way it comes."""

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile

from knowledge import loader
from knowledge.models import Phrase, SafetyRules

pytestmark = pytest.mark.django_db

ADD = "/admin/knowledge/phrase/add/"


@pytest.fixture
def gestora(client):
    loader.load()
    client.force_login(User.objects.create_superuser("gestora"))
    return client


def posted(client, text: str, address: str = ADD, **fields: str):
    return client.post(address, {"situation": "espera", "language": "pt", "text": text, "active": "on"} | fields)


def test_every_shipped_phrase_may_be_saved_again(gestora):
    for phrase in Phrase.objects.all():
        phrase.full_clean()


@pytest.mark.parametrize(
    ("text", "rule", "place"),
    [
        ("A FB300 custa R$ 18.900.", "preço", "R$ 18.900"),
        ("Já te passo para o consultor, sem concorrente.", "formato", "concorrente"),
    ],
)
def test_a_phrase_that_would_be_stopped_is_refused_with_what_and_where(gestora, text, rule, place):
    SafetyRules.objects.update(forbidden="concorrente")
    before = Phrase.objects.count()

    said = posted(gestora, text).content.decode()

    assert "barraria" in said
    assert rule in said
    assert f"“{place}”" in said
    assert Phrase.objects.count() == before


def test_an_inactive_one_may_wait_but_not_be_switched_on(gestora):
    assert posted(gestora, "A FB300 custa R$ 18.900.", active="").status_code == 302
    row = Phrase.objects.get(active=False)

    said = posted(gestora, row.text, f"/admin/knowledge/phrase/{row.pk}/change/")

    assert "barraria" in said.content.decode()
    assert not Phrase.objects.get(pk=row.pk).active


def test_neither_a_sheet_nor_a_former_version_brings_it_in(gestora):
    row = Phrase.objects.create(situation="espera", text="Um momento, por favor.")
    row.text = "Só um momento."
    row.save()
    SafetyRules.objects.update(forbidden="por favor")
    sheet = SimpleUploadedFile(
        "frases.csv", "chave;situação;idioma;texto;ativa\n;espera;pt;Espere, por favor.;sim".encode()
    )

    preview = gestora.post("/admin/knowledge/phrase/import/", {"import_file": sheet, "resource": "0"})
    former = Phrase.history.filter(id=row.pk).last()
    back = gestora.post(f"/admin/knowledge/phrase/{row.pk}/history/{former.pk}/", follow=True)

    assert "barraria" in preview.content.decode()
    assert "barraria" in back.content.decode()
    assert Phrase.objects.get(pk=row.pk).text == "Só um momento."
