"""Where managers keep the files that leads are given."""

import pytest

from conversations import handouts
from conversations.media import files
from conversations.models import Handout
from knowledge.models import Product
from seleto.lib.models import AuditEntry
from tests.handouts import KIND, PDF, PNG, handout, upload

pytestmark = pytest.mark.django_db

LIST = "/admin/conversations/handout/"


@pytest.fixture(autouse=True)
def _disk(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def product():
    return Product.objects.create(code="FB300", name="FB300", description="Formadora")


def fill(**fields):
    return {
        "kind": KIND.CATALOGUE,
        "product": "",
        "title": "Catálogo geral",
        "caption": "",
        "on_request": "on",
        "active": "on",
        "upload": upload(PDF, "Catálogo.pdf"),
        **fields,
    }


def errors(answer) -> str:
    return str(answer.context["errors"])


def test_a_file_is_kept_and_may_be_opened(manager):
    answer = manager.post(f"{LIST}add/", fill(), follow=True)

    row = Handout.objects.get()
    assert (row.mime, row.size, row.filename) == ("application/pdf", len(PDF), "Catálogo.pdf")
    assert "Catálogo geral" in answer.content.decode()
    opened = manager.get(f"{LIST}{row.pk}/arquivo/")
    assert (opened.content, opened["Content-Type"]) == (PDF, "application/octet-stream")
    assert AuditEntry.objects.filter(action="create", subject_kind="handout", subject_id=row.pk).exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"upload": ""}, "Escolha o arquivo."),
        ({"upload": upload(b"<html></html>", "c.pdf")}, "use PDF, JPEG ou PNG"),
        ({"kind": KIND.PHOTO}, "use JPEG ou PNG"),
        ({"caption": "Só R$ 18.900 à vista!"}, "A legenda não seria enviada"),
    ],
    ids=["no file", "page", "paper as photo", "price"],
)
def test_what_cannot_be_sent_is_not_kept(manager, settings, fields, said):
    answer = manager.post(f"{LIST}add/", fill(**fields))

    assert said in errors(answer)
    assert not Handout.objects.exists()
    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def test_the_same_file_twice_is_refused(manager):
    manager.post(f"{LIST}add/", fill())

    answer = manager.post(f"{LIST}add/", fill(title="De novo", upload=upload(PDF, "outra.pdf")))

    assert "Este arquivo já está aqui." in errors(answer)


def test_a_new_file_takes_the_place_of_the_old(manager, django_capture_on_commit_callbacks):
    row = handout(content=PDF + b"antes")
    with django_capture_on_commit_callbacks(execute=True):
        manager.post(f"{LIST}{row.pk}/change/", fill(upload=upload(PDF + b"depois", "novo.pdf")))

    now = Handout.objects.get()
    assert files.read(now.path) == PDF + b"depois"
    with pytest.raises(files.Missing):
        files.read(row.path)


def test_the_text_may_be_changed_without_the_file(manager):
    row = handout()

    manager.post(f"{LIST}{row.pk}/change/", fill(upload="", title="Outro nome"))

    changed = Handout.objects.get()
    assert (changed.title, changed.path) == ("Outro nome", row.path)


def test_a_deleted_file_leaves_the_disk(manager, django_capture_on_commit_callbacks):
    row = handout()
    with django_capture_on_commit_callbacks(execute=True):
        manager.post(f"{LIST}{row.pk}/delete/", {"post": "yes"})

    with pytest.raises(files.Missing):
        files.read(row.path)


def test_files_stand_beside_their_product(manager, product):
    page = manager.get(f"/admin/knowledge/product/{product.pk}/change/").content.decode()
    assert "Arquivos para leads" in page

    values = {
        "code": "FB300",
        "name": "FB300",
        "description": "Formadora",
        "aliases": "[]",
        "available": "on",
        "attributes-TOTAL_FORMS": "0",
        "attributes-INITIAL_FORMS": "0",
        "handouts-TOTAL_FORMS": "1",
        "handouts-INITIAL_FORMS": "0",
        "handouts-0-kind": KIND.PHOTO,
        "handouts-0-title": "A máquina de frente",
        "handouts-0-active": "on",
        "handouts-0-upload": upload(PNG, "frente.png"),
    }
    answer = manager.post(f"/admin/knowledge/product/{product.pk}/change/", values)

    assert answer.status_code == 302, errors(answer)
    row = Handout.objects.get(product=product)
    assert (row.title, row.on_request, row.mime) == ("A máquina de frente", True, "image/png")
    assert AuditEntry.objects.filter(subject_kind="handout", action="create").exists()


def test_who_may_not_see_the_list_gets_no_file(client, django_user_model):
    row = handout()
    client.force_login(django_user_model.objects.create_user("visita", is_staff=True))

    assert client.get(f"{LIST}{row.pk}/arquivo/").status_code == 403


def test_a_file_gone_from_the_disk_is_said_so(manager):
    row = handout()
    handouts.remove_file(row.path)

    assert manager.get(f"{LIST}{row.pk}/arquivo/").status_code == 404
