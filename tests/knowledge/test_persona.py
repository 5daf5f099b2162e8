"""The agent speaks of itself in one gender, whoever words it: approved phrases, prompts, the sandbox's model."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from sandbox.model import phrases

SPOKEN = [
    *sorted((settings.BASE_DIR / "prompts").glob("*.xml")),
    Path(phrases.__file__),
    Path(phrases.__file__).with_name("speaker.py"),
]
FEMININE = re.compile(
    r"\b(?:obrigada|(?:a|uma|sua|nossa) (?:assistente|atendente)|fui \w+ada|eu mesma)\b", re.IGNORECASE
)


@pytest.mark.parametrize("path", SPOKEN, ids=lambda path: path.name)
def test_the_agent_speaks_of_itself_as_masculine(path: Path) -> None:
    found = FEMININE.findall(path.read_text(encoding="utf-8"))
    assert found == []


def test_each_prompt_in_use_says_which() -> None:
    newest = max((settings.BASE_DIR / "prompts").glob("sp_agente_v*.xml"))
    assert "masculino" in newest.read_text(encoding="utf-8")
