"""What the model may do besides answering: look something up, or propose. Names and inputs follow the legacy contracts
(domain.md, "Legacy tool contracts").

A tool reads values and collects proposals. Nothing it does exists before the turn commits, a superseded draft leaves no
trace, the same call twice is one, and none reaches the CRM or another lead.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from conversations.agent import facts, moves
from conversations.agent.schema import Clean, FactField, ProposedFact
from conversations.agent.state import Snapshot, TurnState
from conversations.agent.understanding import Heard
from conversations.models import Handoff
from knowledge import queries, search
from leads.models import Fact

CATALOGUE_RESULTS = 6


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Said(Input):
    """What every proposal of a fact needs: the lead's own words."""

    citacao: Clean = Field(max_length=500, description="Trecho copiado literalmente da mensagem do lead.")
    mensagem: Clean = Field(max_length=40, description="Atributo id da mensagem citada.")


class AtualizarLead(Said):
    """Registra um dado que o lead disse de si."""

    campo: FactField
    valor: Clean = Field(max_length=200)


class RegistrarEmpresa(Said):
    """Registra a empresa do lead."""

    nome: Clean | None = Field(default=None, max_length=160)
    cnpj: Clean | None = Field(default=None, max_length=20)
    cidade: Clean | None = Field(default=None, max_length=80)
    uf: Clean | None = Field(default=None, max_length=2)
    email: Clean | None = Field(default=None, max_length=120)
    telefone: Clean | None = Field(default=None, max_length=20)


class ConsultarEmpresa(Input):
    """Diz se um CNPJ que o lead informou já está cadastrado."""

    cnpj: Clean = Field(max_length=20)


class RegistrarOrcamento(Said):
    """Registra a necessidade do lead: produto, volume, urgência e segmento."""

    produto: Clean | None = Field(default=None, max_length=20)
    volume: Clean | None = Field(default=None, max_length=60)
    urgencia: Clean | None = Field(default=None, max_length=10)
    segmento: Clean | None = Field(default=None, max_length=30)


class ConsultarCatalogo(Input):
    """Procura na base de conhecimento o que o brief não trouxe."""

    pergunta: Clean = Field(max_length=300)


class ClassificarTemperatura(Input):
    """Calcula a temperatura do lead pelos dados registrados."""


class RegistrarInteresse(Input):
    """Registra interesse em um produto indisponível no momento."""

    produto: Clean = Field(max_length=20)


class EncaminharParaHumano(Input):
    """Propõe passar a conversa a uma pessoa."""

    motivo: Handoff.Reason


class ObterOportunidade(Input):
    """Diz se já existe uma oportunidade aberta para o lead."""


@dataclass(frozen=True, slots=True)
class Effects:
    """What the tools of one turn propose, in the order of the calls."""

    facts: tuple[ProposedFact, ...] = ()
    interests: tuple[str, ...] = ()
    handoff: Handoff.Reason | None = None


@dataclass
class ToolBox:
    """The tools of one turn over its values; used by one thread."""

    state: TurnState
    snapshot: Snapshot
    heard: Heard
    _facts: list[ProposedFact] = field(default_factory=list)
    _interests: list[str] = field(default_factory=list)
    _handoff: Handoff.Reason | None = None
    _answers: dict[str, str] = field(default_factory=dict)
    called: list[str] = field(default_factory=list)

    def effects(self) -> Effects:
        return Effects(tuple(self._facts), tuple(self._interests), self._handoff)

    def call(self, name: str, arguments: dict[str, Any]) -> str:
        """The result as JSON. Never raises: what is wrong with a call is told to the model."""
        spec = TOOLS.get(name)
        if spec is None:
            return _json({"erro": "ferramenta_desconhecida"})
        self.called.append(name)
        key = f"{name}:{json.dumps(arguments, sort_keys=True, default=str)}"
        if key not in self._answers:
            if len(self._answers) >= settings.TOOL_CALLS_PER_TURN:
                return _json({"erro": "limite_de_chamadas"})
            self._answers[key] = _json(self._run(spec, arguments))
        return self._answers[key]

    def _run(self, spec: "Spec", arguments: dict[str, Any]) -> dict[str, Any]:
        try:
            given = spec.input.model_validate(arguments)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            return {"erro": "argumento_invalido", "campo": ".".join(map(str, first["loc"])), "tipo": first["type"]}
        return spec.run(self, given)

    def propose(self, said: Said, values: dict[FactField, str | None]) -> dict[str, Any]:
        """Keep what passes the same check as the facts of an answer, and say what does not."""
        accepted: list[str] = []
        refused: list[str] = []
        for name, value in values.items():
            if not value:
                continue
            proposed = ProposedFact(field=name, value=value, quote=said.citacao, message=said.mensagem)
            kept = facts.check(proposed, self.state, self.snapshot.products)
            (refused if kept is None else accepted).append(name)
            if kept is not None:
                self._facts.append(proposed)
        return {"aceitos": accepted, "recusados": refused}

    def want(self, code: str) -> dict[str, Any]:
        product = next((item for item in self.snapshot.products if item.code == code.upper()), None)
        if product is None:
            return {"erro": "produto_desconhecido"}
        if product.available:
            return {"registrado": False, "disponivel": True}
        self._interests.append(product.code)
        return {"registrado": True, "disponivel": False}

    def hand_over(self, reason: Handoff.Reason) -> dict[str, Any]:
        self._handoff = self._handoff or reason
        return {"proposto": True, "fila": str(Handoff.QUEUE_OF[self._handoff])}


@dataclass(frozen=True, slots=True)
class Spec:
    """A tool: its input, and what it answers for it."""

    input: type[Input]
    run: Callable[[ToolBox, Any], dict[str, Any]]


def _atualizar_lead(box: ToolBox, given: AtualizarLead) -> dict[str, Any]:
    return box.propose(given, {given.campo: given.valor})


def _registrar_empresa(box: ToolBox, given: RegistrarEmpresa) -> dict[str, Any]:
    return box.propose(
        given,
        {
            "empresa": given.nome,
            "cnpj": given.cnpj,
            "cidade": given.cidade,
            "uf": given.uf,
            "email": given.email,
            "telefone": given.telefone,
        },
    )


def _consultar_empresa(box: ToolBox, given: ConsultarEmpresa) -> dict[str, Any]:
    """Only a CNPJ that this lead gave is looked up: the answer of another one would tell of another lead."""
    cnpj = "".join(filter(str.isalnum, given.cnpj)).upper()
    if cnpj != box.heard.known.get(Fact.Field.CNPJ):
        return {"erro": "cnpj_nao_informado_pelo_lead"}
    return {"cadastrada": box.snapshot.company_known}


def _registrar_orcamento(box: ToolBox, given: RegistrarOrcamento) -> dict[str, Any]:
    return box.propose(
        given,
        {
            "produto": given.produto,
            "volume": given.volume,
            "urgencia": given.urgencia,
            "segmento": given.segmento,
        },
    )


def _consultar_catalogo(box: ToolBox, given: ConsultarCatalogo) -> dict[str, Any]:
    found = search.search(given.pergunta, limit=CATALOGUE_RESULTS)
    if found.kind is search.Kind.COMMERCIAL:
        return {"respondivel": False, "assunto": "comercial", "artigos": []}
    texts = {article.id: article.text for article in queries.articles() if article.sayable}
    articles = [{"id": row.article, "texto": texts[row.article]} for row in found.results if row.article in texts]
    return {"respondivel": found.answerable, "artigos": articles}


def _classificar_temperatura(box: ToolBox, given: ClassificarTemperatura) -> dict[str, Any]:
    return {"temperatura": box.heard.temperature, "faltam": moves.missing(box.heard)}


def _registrar_interesse(box: ToolBox, given: RegistrarInteresse) -> dict[str, Any]:
    return box.want(given.produto)


def _encaminhar(box: ToolBox, given: EncaminharParaHumano) -> dict[str, Any]:
    return box.hand_over(given.motivo)


def _obter_oportunidade(box: ToolBox, given: ObterOportunidade) -> dict[str, Any]:
    """That there is one, not its number: the model has no use for an internal id."""
    return {"aberta": box.snapshot.opportunity_open}


TOOLS: dict[str, Spec] = {
    "atualizar_lead": Spec(AtualizarLead, _atualizar_lead),
    "registrar_empresa": Spec(RegistrarEmpresa, _registrar_empresa),
    "consultar_empresa": Spec(ConsultarEmpresa, _consultar_empresa),
    "registrar_orcamento": Spec(RegistrarOrcamento, _registrar_orcamento),
    "consultar_catalogo": Spec(ConsultarCatalogo, _consultar_catalogo),
    "classificar_temperatura": Spec(ClassificarTemperatura, _classificar_temperatura),
    "registrar_interesse": Spec(RegistrarInteresse, _registrar_interesse),
    "encaminhar_para_humano": Spec(EncaminharParaHumano, _encaminhar),
    "obter_oportunidade": Spec(ObterOportunidade, _obter_oportunidade),
}


@cache
def definitions() -> dict[str, tuple[str, dict[str, Any]]]:
    """Name -> (description, JSON schema of the input), as the request carries them."""
    return {
        name: ((spec.input.__doc__ or "").strip(), _plain(spec.input.model_json_schema()))
        for name, spec in TOOLS.items()
    }


def _plain(node: Any) -> Any:
    """The schema without what only costs tokens."""
    if isinstance(node, dict):
        dropped = {"title", "default"}
        return {key: _plain(value) for key, value in node.items() if key not in dropped or isinstance(value, dict)}
    return [_plain(item) for item in node] if isinstance(node, list) else node


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
