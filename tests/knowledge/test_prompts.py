import pytest
from django.core.exceptions import ValidationError

from conversations.agent.tools import TOOLS
from knowledge import prompts, queries
from knowledge.models import PromptVersion

SHIPPED = prompts.shipped("agente")[0][1]
# About 1,600 tokens at three characters each, the size every model call pays.
LIMIT = 5_200


def without(section: str) -> str:
    start = SHIPPED.index(f'<secao id="{section}"')
    return SHIPPED[:start] + SHIPPED[SHIPPED.index("</secao>", start) + len("</secao>") :]


def test_the_shipped_prompt_renders_every_section_within_the_limit() -> None:
    text = prompts.render(SHIPPED)

    assert text.count("# ") == len(prompts.REQUIRED["agente"])
    assert len(text) <= LIMIT
    assert "<" not in text


@pytest.mark.parametrize("role", prompts.REQUIRED)
def test_every_shipped_version_says_what_it_is_and_fits(role: str) -> None:
    found = prompts.shipped(role)

    assert [version for version, _ in found] == [f"v{number}" for number in range(1, len(found) + 1)]
    for version, text in found:
        prompts.check(text, role=role, version=version)
        assert len(prompts.render(text)) <= LIMIT


def test_the_newest_prompt_of_the_agent_names_its_tools_and_the_parts_of_a_brief() -> None:
    text = prompts.render(prompts.shipped("agente")[-1][1])

    told = {"idioma", "voltou_apos", "perguntar_estado", "em_aberto", "resumo", *TOOLS}
    assert {name for name in told if name not in text} == set()


def test_a_text_that_claims_another_role_or_version_is_refused() -> None:
    with pytest.raises(prompts.PromptError, match="papel"):
        prompts.check(SHIPPED, role="juiz", version="v1")
    with pytest.raises(prompts.PromptError, match="versao"):
        prompts.check(SHIPPED, role="agente", version="v9")


def test_renaming_changes_the_version_and_nothing_else() -> None:
    text = prompts.renamed(SHIPPED, "v1.1")

    prompts.check(text, role="agente", version="v1.1")
    assert prompts.render(text) == prompts.render(SHIPPED)


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


def test_the_form_refuses_a_broken_text(db: None) -> None:
    with pytest.raises(ValidationError, match="persona"):
        PromptVersion(version="v2", text=without("persona")).full_clean()


def test_without_a_published_version_there_is_no_prompt(db: None) -> None:
    with pytest.raises(queries.NoPrompt):
        queries.published_prompt("agente")
