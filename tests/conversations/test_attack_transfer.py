"""A reply that makes no handover promises none, in whatever tense or language (I8)."""

import pytest

from conversations.agent.vetting import TRANSFER
from knowledge.models import Situation
from knowledge.sources import shipped_phrases

# Said with no handover: the consultant is spoken of, the conversation stays here.
STAYS = (
    Situation.RECUSA_PRECO,
    Situation.RECUSA_PRAZO,
    Situation.RECUSA_FRETE,
    Situation.SEM_RESPOSTA,
    Situation.GENERICA,
)


@pytest.mark.parametrize(
    "text",
    [
        "Vou te passar para um consultor agora.",
        "Já encaminhei para o time.",
        "Transferi você para o comercial.",
        "Encaminhei sua conversa ao comercial.",
        "Passo agora para nosso consultor.",
        "Vou chamar um atendente.",
        "Vou acionar o consultor.",
        "I'm transferring you to a consultant.",
        "Let me connect you with a specialist.",
        "A consultant will take over from here.",
        "Te paso con un asesor.",
        "Le transfiero a un asesor.",
        "Voy a comunicarte con un asesor.",
    ],
)
def test_a_transfer_is_heard(text):
    assert TRANSFER.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "Os valores quem passa é o consultor.",
        "Posso passar os dados técnicos da FB300?",
        "A FB300 transfere a massa para o molde.",
        "Passo a passo: primeiro a massa, depois o molde.",
        "I can tell you how it works.",
        "Te cuento cómo funciona la FB300.",
        *(
            text
            for language in ("pt", "en", "es")
            for situation in STAYS
            for text in shipped_phrases(language).get(situation.value, ())
        ),
    ],
)
def test_what_only_speaks_of_the_consultant_is_none(text):
    assert not TRANSFER.search(text)
