"""Briefs as the product sends them to the model."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from sandbox.model import speaker

MOVES = "responder perguntar recusar_preco apresentar_fb300 registrar_interesse encaminhar encerrar"
ARTICLES = (
    ("fbm100.producao", "FBM100", "FBM100: 500 a 600 hambúrgueres por dia"),
    ("fb300.producao", "FB300", "FB300: 300 a 350 hambúrgueres por hora"),
    ("fb300.reservatorio", "FB300", "FB300: reservatório de 5 kg"),
    ("fb300.tipo", "FB300", "FB300 é semiautomática pneumática"),
    ("ct200.facas", "CT200", "CT200: facas de 7, 15, 23, 31 e 47 mm"),
    ("ens.capacidade", "ENS15 ENS30", "Ensacadeira: 15 kg (ENS15) ou 30 kg (ENS30)"),
    ("com.preco", "", "Preço e desconto: não informar, encaminhar ao consultor"),
    ("geral.garantia", "", "6 meses de garantia"),
)


def brief(
    *asked: str,
    first: bool = False,
    missing: str = "nome produto volume cidade",
    facts: Mapping[str, str] | None = None,
    prices: Mapping[str, str] | None = None,
    talk: Sequence[tuple[str, str]] = (),
    moves: str = MOVES,
    questions: int = 2,
    going: Sequence[str] = (),
    language: str = "pt",
    articles: Sequence[tuple[str, str, str]] = ARTICLES,
) -> dict[str, Any]:
    """A user message; ``talk`` is (who, text) pairs, ``asked`` the messages to answer, with ids r0, r1, …"""
    known = "".join(f'<fato campo="{name}">{escape(value)}</fato>' for name, value in (facts or {}).items())
    told = "".join(f'<preco produto="{code}">{value}</preco>' for code, value in (prices or {}).items())
    library = "".join(f'<artigo id="{key}" produto="{code}">{escape(text)}</artigo>' for key, code, text in articles)
    before = "".join(f'<msg de="{who}" id="t{index}">{escape(text)}</msg>' for index, (who, text) in enumerate(talk))
    now = "".join(f'<msg id="r{index}" hora="09:17">{escape(text)}</msg>' for index, text in enumerate(asked))
    files = "".join(f"<arquivo>{escape(title)}</arquivo>" for title in going)
    xml = (
        f'<turno><contexto agora="2026-11-24T09:15" dia="terça-feira" saudacao="bom dia" '
        f'primeira_resposta="{"sim" if first else "nao"}" max_perguntas="{questions}" '
        f'canal="whatsapp" idioma="{language}"/>'
        f"<jogadas>{moves}</jogadas><fatos>{known}</fatos><faltam>{missing}</faltam>"
        f"{f'<precos>{told}</precos>' if told else ''}"
        f"{f'<vai_com_a_resposta>{files}</vai_com_a_resposta>' if files else ''}<conhecimento>{library}</conhecimento>"
        f"<conversa>{before}</conversa><responder>{now}</responder></turno>"
    )
    return {"role": "user", "content": xml}


def answer(*asked: str, **options: Any) -> dict[str, Any]:
    """What the competent assistant answers."""
    return told({"model": "any", "messages": [{"role": "system", "content": "…"}, brief(*asked, **options)]})


def told(body: dict[str, Any]) -> dict[str, Any]:
    reply = speaker.answer(body, careless=None)
    found: dict[str, Any] = json.loads(reply.content or "")
    return found


def facts_of(data: dict[str, Any]) -> dict[str, str]:
    return {row["field"]: row["value"] for row in data["facts"]}
