import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from knowledge import prompts, queries
from knowledge.models import PromptVersion
from knowledge.services import publish_prompt
from seleto.lib import clock

SHIPPED = prompts.shipped("agente")[0][1]
# About 1,600 tokens at three characters each, the size every model call pays.
LIMIT = 4_800


def without(section: str) -> str:
    start = SHIPPED.index(f'<secao id="{section}"')
    return SHIPPED[:start] + SHIPPED[SHIPPED.index("</secao>", start) + len("</secao>") :]


def test_the_shipped_prompt_renders_every_section_within_the_limit() -> None:
    text = prompts.render(SHIPPED)

    assert text.count("# ") == len(prompts.REQUIRED["agente"])
    assert len(text) <= LIMIT
    assert "<" not in text


@pytest.mark.parametrize("section", prompts.REQUIRED["agente"])
def test_a_missing_section_is_named(section: str) -> None:
    with pytest.raises(prompts.PromptError, match=section):
        prompts.render(without(section))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nada", "XML"),
        ("<prompt papel='agente'/>", "versão"),
        ("<outro/>", "raiz"),
        ("<prompt papel='cozinheiro' versao='1'/>", "papel"),
        (SHIPPED.replace("<regra>", "<b>", 1).replace("</regra>", "</b>", 1), "estilo"),
        (SHIPPED.replace('id="estilo"', 'id="persona"'), "duas vezes"),
        (SHIPPED.replace("<p>", "<p>" + "a" * LIMIT, 1), "limite"),
        ("<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><prompt>&e;</prompt>", "XML"),
    ],
)
def test_a_broken_prompt_is_refused(text: str, says: str) -> None:
    with pytest.raises(prompts.PromptError, match=says):
        prompts.render(text)


def test_publishing_retires_the_former_version(seeded: None) -> None:
    former = queries.published_prompt("agente")
    draft = PromptVersion.objects.create(version="v2", text=SHIPPED)

    publish_prompt(draft, now=clock.now())

    assert queries.published_prompt("agente").version == "v2"
    assert PromptVersion.objects.get(pk=former.id).status == "retired"


def test_a_broken_draft_is_not_published(seeded: None) -> None:
    draft = PromptVersion.objects.create(version="v2", text=without("seguranca"))

    with pytest.raises(prompts.PromptError, match="seguranca"):
        publish_prompt(draft, now=clock.now())

    assert queries.published_prompt("agente").version == "v1"


def test_the_form_refuses_a_broken_text(db: None) -> None:
    with pytest.raises(ValidationError, match="persona"):
        PromptVersion(version="v2", text=without("persona")).full_clean()


def test_two_published_versions_of_a_role_cannot_be(seeded: None) -> None:
    with pytest.raises(IntegrityError):
        PromptVersion.objects.create(version="v2", text=SHIPPED, status="published", published_at=clock.now())


def test_without_a_published_version_there_is_no_prompt(db: None) -> None:
    with pytest.raises(queries.NoPrompt):
        queries.published_prompt("agente")
