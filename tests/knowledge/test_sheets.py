"""Knowledge out as a spreadsheet and back: what it changes, what it refuses, and who may."""

from io import BytesIO

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from knowledge.models import Article, Phrase, Product, ProductAttribute, Synonym
from knowledge.sheet_files import MAX_BYTES, MAX_ROWS
from knowledge.sheets import IMPORTED
from seleto.lib.models import AuditEntry

pytestmark = pytest.mark.django_db

XLSX, CSV = "0", "1"


@pytest.fixture
def gestora(seeded, client) -> User:
    user = User.objects.create_superuser("gestora", first_name="Rute")
    client.force_login(user)
    return user


def page(model: str, name: str) -> str:
    return f"/admin/knowledge/{model}/{name}/"


def exported(client, model: str, form: str = CSV, resource: str = "0", query: str = "") -> bytes:
    said = client.post(page(model, "export") + query, {"format": form, "resource": resource})
    assert "attachment" in said["Content-Disposition"], said.content.decode()
    return said.content


def uploaded(client, model: str, content: bytes | str, ending: str = "csv", resource: str = "0"):
    content = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile(f"planilha.{ending}", content)
    return client.post(page(model, "import"), {"import_file": file, "resource": resource})


def confirmed(client, model: str, preview):
    data = {field.html_name: field.value() for field in preview.context["confirm_form"]}
    return client.post(page(model, "process_import"), data, follow=True)


def counts(preview) -> dict[str, int]:
    return {words: count for words, _, count in preview.context["counts"]}


SHEETS = [
    ("product", "0", Product),
    ("product", "1", ProductAttribute),
    ("article", "0", Article),
    ("synonym", "0", Synonym),
    ("phrase", "0", Phrase),
]


@pytest.mark.parametrize(("ending", "sheets"), [("csv", SHEETS), ("xlsx", SHEETS[:2])])
def test_an_export_brought_back_changes_nothing(client, gestora, ending, sheets):
    for rows in (Article, Phrase, Synonym):  # some of each are enough
        rows.objects.exclude(pk__in=rows.objects.order_by("pk").values("pk")[:20]).delete()
    for _, _, rows in SHEETS:
        rows.history.all().delete()
    Synonym.objects.bulk_create([Synonym(term="= soma", means="-5 graus")])
    Product.objects.filter(pk="FB300").update(aliases="a\r\nb ")
    for model, resource, rows in sheets:
        content = exported(client, model, XLSX if ending == "xlsx" else CSV, resource)

        preview = uploaded(client, model, content, ending, resource)

        assert counts(preview) == {"novas": 0, "alteradas": 0, "sem mudança": rows.objects.count(), "recusadas": 0}
    confirmed(client, model, preview)
    assert [rows.history.count() for _, _, rows in SHEETS] == [0] * len(SHEETS)


def test_a_changed_and_a_new_line_are_shown_and_take_effect_after_the_confirmation(client, gestora):
    Synonym.objects.all().delete()
    Synonym.objects.create(term="burger", means="hambúrguer")
    preview = uploaded(client, "synonym", "Termo do cliente;termo dos artigos\nburger;carne\nespetinho;espeto\n")

    lines = preview.context["lines"]
    assert [(line.number, line.deed, line.name) for line in lines] == [
        (2, "alterada", "burger"),
        (3, "nova", "espetinho"),
    ]
    assert [change[0] for change in lines[0].changes] == ["termo dos artigos"]
    assert "<mark>carne</mark>" in preview.content.decode()
    assert Synonym.objects.get().means == "hambúrguer"

    said = confirmed(client, "synonym", preview).content.decode()

    assert "Novas: 1; alteradas: 1; sem mudança: 0." in said
    assert dict(Synonym.objects.values_list("term", "means")) == {"burger": "carne", "espetinho": "espeto"}
    record = Synonym.objects.get(term="burger").history.first()
    assert (record.history_user, record.history_change_reason) == (gestora, IMPORTED)
    entry = AuditEntry.objects.get(action="knowledge.import")
    assert entry.actor == f"usuário:{gestora.pk}"
    assert entry.detail == {"new": 1, "changed": 1, "unchanged": 0}


def test_an_articles_products_change_by_their_codes(client, gestora):
    article = Article.objects.filter(products=None).first()

    preview = uploaded(client, "article", f"código;produtos\n{article.code};FB300 FBM100\n")
    confirmed(client, "article", preview)

    assert set(article.products.values_list("pk", flat=True)) == {"FB300", "FBM100"}


REFUSED = [
    ("article", "0", "código;título;texto;uso;ativo\nx.y;Título;;interno, só para a equipe;sim\n", "texto: "),
    ("article", "0", "código;título;texto\nX Y;Título;Texto\n", "O código usa letras minúsculas"),
    ("article", "0", "código;título;texto\nx.y;Título;Custa R$ 18.900 à vista\n", "Tem um preço"),
    ("article", "0", "código;título;texto;produtos\nx.y;T;T;NADA9\n", "Não há produto com o código “NADA9”"),
    ("article", "0", "código;revisado em\nx.y;31/02/2026\n", "Escreva uma data"),
    ("article", "0", "código;uso\nx.y;secreto\n", "não é uma opção"),
    ("product", "0", "código;nome;disponível\nFB300;FB300;talvez\n", "Escreva sim ou não"),
    ("product", "1", "produto;atributo;ordem;mínimo;máximo\nFB300;tipo;1;900;10\n", "mínimo não pode passar"),
    ("product", "1", "produto;atributo;ordem;mínimo\nFB300;tipo;1;1.500\n", "Escreva sem ponto de milhar"),
    ("product", "1", "produto;atributo;ordem;como se diz\nFB300;tipo;7;x\n", "Ordem: de 1 a"),
    ("phrase", "0", "chave;situação;idioma;texto;ativa\nnada.1;espera;pt;Oi;sim\n", "Deixe a chave vazia"),
    ("phrase", "0", "chave;situação;idioma;texto;ativa\n;espera;pt;Sai por 10 mil reais;sim\n", "Tem um preço"),
    ("synonym", "0", "termo do cliente;termo dos artigos\na;b\na;c\n", "Repete a linha 2"),
]


def test_a_refused_line_tells_why_and_holds_the_whole_file(client, gestora):
    for model, resource, content, reason in REFUSED:
        preview = uploaded(client, model, content, resource=resource)

        refused = [line for line in preview.context["lines"] if line.deed == "recusada"]
        assert reason in " ".join(refused[0].reasons)
        assert "confirm_form" not in preview.context
        assert "Enquanto houver uma, nenhuma é importada." in preview.content.decode()


UNREADABLE = [
    ("termo do cliente;preço\na;10\n", "csv", "Coluna desconhecida: “preço”"),
    ("termo dos artigos\na\n", "csv", "Falta a coluna “termo do cliente”"),
    ("termo do cliente;termo dos artigos\n", "csv", "A planilha está vazia"),
    ("nada", "xlsx", "não é um XLSX"),
    ("nada", "pdf", "Envie um arquivo XLSX ou CSV"),
    ("a" * (MAX_BYTES + 1), "csv", "o máximo é 1 MB"),
    ("termo do cliente;termo dos artigos\n" + "a;b\n" * (MAX_ROWS + 1), "csv", "mais de 1000 linhas"),
]


def test_a_file_that_cannot_be_taken_is_refused_in_words(client, gestora):
    for content, ending, reason in UNREADABLE:
        said = uploaded(client, "synonym", content, ending).content.decode()

        assert reason in said
        assert "Confirmar a importação" not in said


def test_a_preview_that_no_longer_holds_imports_nothing(client, gestora):
    preview = uploaded(client, "article", "código;título;texto;produtos\nnovo.artigo;T;Texto;SP9\n")
    assert preview.context["lines"][0].deed == "recusada"
    Product.objects.create(code="SP9", name="SP9")
    preview = uploaded(client, "article", "código;título;texto;produtos\nnovo.artigo;T;Texto;SP9\n")
    Product.objects.get(pk="SP9").delete()

    said = confirmed(client, "article", preview).content.decode()

    assert "Nada foi importado" in said
    assert not Article.objects.filter(code="novo.artigo").exists()
    assert not AuditEntry.objects.filter(action="knowledge.import").exists()


def test_an_upload_of_somebody_elses_making_is_not_confirmed(client, gestora):
    data = {"import_file_name": "forjado:abc", "original_file_name": "x.csv", "format": "1", "resource": "0"}

    said = client.post(page("synonym", "process_import"), data, follow=True)

    assert "Envie o arquivo de novo" in said.content.decode()


def test_formulas_leave_as_text(client, gestora):
    Synonym.objects.create(term='=HYPERLINK("x")', means="+55")
    sheet = load_workbook(BytesIO(exported(client, "synonym", XLSX))).active

    cells = {row[0].value: row[1].value for row in sheet.iter_rows()}

    assert cells['\'=HYPERLINK("x")'] == "'+55"
    assert AuditEntry.objects.get(action="knowledge.export").detail == {"rows": len(cells) - 1, "format": "xlsx"}


def test_the_export_keeps_to_the_lists_filters(client, gestora):
    content = exported(client, "phrase", query="?situation__exact=espera").decode("utf-8-sig")

    assert len(content.splitlines()) - 1 == Phrase.objects.filter(situation="espera").count()


@pytest.mark.parametrize("missing", ["publish_knowledge", "change_article", "add_article"])
def test_importing_needs_the_right_to_publish_and_to_change(seeded, client, missing):
    user = User.objects.create_user("outra", is_staff=True)
    needed = {"publish_knowledge", "change_article", "add_article", "view_article"} - {missing}
    user.user_permissions.set(Permission.objects.filter(codename__in=needed, content_type__app_label="knowledge"))
    client.force_login(user)

    assert client.get(page("article", "import")).status_code == 403
    assert client.post(page("article", "process_import")).status_code == 403
    assert client.get(page("article", "export")).status_code == (403 if missing == "publish_knowledge" else 200)
    shown = client.get("/admin/knowledge/article/").content.decode()
    assert "/article/import/" not in shown
