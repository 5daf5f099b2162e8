"""What the CRM's rows hold as constant words, as people read it: outcomes, reasons, kinds of calls, findings."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from crm import account, drifts
from crm.models import CrmLink, Drift
from seleto.lib.errors import ProviderError

_OUTCOMES: Final = {
    "ok": "certo",
    "bad_token": "o token tem caracteres que um token não tem",
    "circuit_open": "o CRM falhou há pouco e descansa",
    "connect_error": "sem conexão com o CRM",
    "connect_timeout": "a conexão com o CRM demorou demais",
    "connection_lost": "a conexão com o CRM caiu no meio",
    "gone": "o registro não existe mais no CRM",
    "held_by_another_row": "o registro já está ligado a outro lead",
    "invalid_fields": "o CRM recusou campos",
    "invalid_url": "o endereço do CRM é inválido",
    "keeps_vanishing": "registros somem do CRM enquanto são escritos",
    "malformed_answer": "a resposta do CRM é ilegível",
    "paced": "espera a vez dentro do ritmo de chamadas",
    "pool_timeout": "sem conexão livre",
    "rate_limited": "o CRM pediu uma pausa (muitas chamadas)",
    "reference": "o CRM não aceita a pessoa ou a empresa indicada",
    "slow": "as respostas do CRM demoraram demais",
    "timeout": "o CRM não respondeu a tempo",
    "too_many_results": "resultados demais no CRM",
    "unsupported_protocol": "o endereço do CRM é inválido",
    "http_401": "o CRM recusou o token",
    "http_403": "o usuário do token não tem permissão no CRM",
    "http_404": "o endereço do CRM não existe",
}
# What to do about a failed test of the connection.
_ADVICE: Final = {
    "http_401": "O CRM recusou o token: confira PIPERUN_TOKEN.",
    "bad_token": "PIPERUN_TOKEN tem caracteres que um token não tem: copie-o de novo do CRM.",
    "http_403": "O usuário do token não tem permissão: dê-lhe acesso a funis, usuários e oportunidades no CRM.",
    "connect_error": "Sem conexão com o CRM: confira PIPERUN_URL e a rede.",
    "connect_timeout": "Sem conexão com o CRM: confira PIPERUN_URL e a rede.",
    "invalid_url": "PIPERUN_URL não é um endereço válido.",
    "timeout": "O CRM não respondeu a tempo: tente de novo em alguns minutos.",
    "circuit_open": "O CRM falhou há pouco e descansa: tente de novo em um minuto.",
    "paced": "As chamadas ao CRM estão ocupadas com a fila de leads: tente de novo em um minuto.",
    "rate_limited": "O CRM pediu uma pausa: tente de novo em alguns minutos.",
    "malformed_answer": "Quem respondeu não parece ser o CRM: confira PIPERUN_URL.",
}
_RUN_ENDS: Final = {
    "fim_da_janela": "acabou o horário da noite; continua na próxima",
    "limite_de_chamadas": "as chamadas da noite acabaram; continua na próxima",
    "crm_desligado": "o CRM foi desligado",
}
FIELDS: Final = {
    "name": "nome",
    "code": "nosso código",
    "cnpj": "CNPJ",
    "city_id": "cidade",
    "website": "site",
    "email": "e-mail",
    "emails": "e-mails",
    "phone": "telefone",
    "phones": "telefones",
    "observation": "observação",
    "company_id": "empresa",
    "person_id": "pessoa",
    "title": "título",
    "pipeline_id": "funil",
    "stage_id": "etapa",
    "origin_id": "origem",
    "owner_id": "responsável",
    "temperature": "temperatura",
    "type_id": "tipo da atividade",
    "note": "texto da nota",
    "": "registro inteiro",
}
_ENDPOINTS: Final = {
    "activities": "atividades",
    "activityTypes": "tipos de atividade",
    "cities": "cidades",
    "companies": "empresas",
    "deals": "oportunidades",
    "notes": "notas",
    "origins": "origens",
    "persons": "pessoas",
    "pipelines": "funis",
    "stages": "etapas",
    "users": "usuários",
}
_METHODS: Final = {"GET": "consultar", "POST": "criar em", "PUT": "alterar em", "DELETE": "excluir de"}
_ENDS: Final = {"ganha": "ganha", "perdida": "perdida", "excluida": "excluída", "congelada": "congelada"}
_THE: Final = {
    CrmLink.Kind.COMPANY: "a empresa",
    CrmLink.Kind.PERSON: "a pessoa",
    CrmLink.Kind.DEAL: "a oportunidade",
    CrmLink.Kind.NOTE: "a nota",
    CrmLink.Kind.ACTIVITY: "a atividade",
}
_HTTP = re.compile(r"http_(\d{3})")
# How a parked row's reason begins (``crm.stage``); a constant word or the CRM's own message follows.
_PARKED = re.compile(r"(recusada pelo CRM|sem resposta): (.+)", re.DOTALL)


def outcome(code: str) -> str:
    """``http_500`` → ``o CRM respondeu com erro 500``; an unknown code without its underscores."""
    if code in _OUTCOMES:
        return _OUTCOMES[code]
    status = _HTTP.fullmatch(code)
    return f"o CRM respondeu com erro {status[1]}" if status else code.replace("_", " ")


def reason(text: str) -> str:
    """Why a lead waits or is parked."""
    parked = _PARKED.fullmatch(text)
    if parked is None:
        return outcome(text) if text else "–"
    said = "; ".join(_said(part) for part in parked[2].split("; "))
    return f"{parked[1]}: {said}"


def advice(error: ProviderError) -> str:
    """What somebody who tests the connection should do now."""
    text = _ADVICE.get(error.reason)
    return text or f"O CRM não fez o que foi pedido ({outcome(error.reason)}): confira PIPERUN_URL e tente de novo."


def run_end(code: str) -> str:
    """Why a comparison ended early."""
    return _RUN_ENDS.get(code) or outcome(code)


def field(name: str) -> str:
    """``empresa.cnpj`` → ``empresa: CNPJ``."""
    kind, dot, own = name.rpartition(".")
    words = FIELDS.get(own, own.replace("_", " "))
    return f"{kind}: {words}" if dot else words


def fields(names: Iterable[str]) -> str:
    return ", ".join(field(name) for name in names)


def call(method: str, endpoint: str) -> str:
    """``POST companies`` → ``criar em empresas``."""
    name, _, one = endpoint.partition("/")
    words = f"{_METHODS.get(method, method)} {_ENDPOINTS.get(name, name)}"
    return f"{words} (uma)" if one and method == "GET" else words


def evidence(drift: Drift) -> str:
    """What was seen, in a sentence."""
    seen: Mapping[str, Any] = drift.evidence
    the = _THE.get(CrmLink.Kind(drift.local_kind), "") if drift.local_kind in CrmLink.Kind.values else ""
    one = f"{the[:1].upper()}{the[1:]} {drift.remote_id}"
    there, here, other = (str(seen.get(name) or "") for name in ("la", "aqui", "outra"))
    lists = account.known()
    told = {
        drifts.GONE: f"{one} não existe mais no CRM.",
        drifts.UNKNOWN_DEAL: f"O orçamento aponta para a oportunidade {drift.remote_id}, que o CRM não conhece.",
        drifts.OUTDATED: f"O lead disse depois outra coisa ({fields(seen.get('campos', []))}); {the} "
        f"{drift.remote_id} não acompanhou.",
        drifts.OTHER_COMPANY: f"No CRM {the} {drift.remote_id} está "
        f"{f'na empresa {there}' if there else 'sem empresa'}; o lead é da empresa {here}.",
        drifts.SAME_CODE: f"{one} e {other} trazem o mesmo código nosso.",
        drifts.SAME_PHONE: f"As pessoas {drift.remote_id} e {other} têm o mesmo telefone.",
        drifts.TWO_PERSONS: f"As pessoas {drift.remote_id} e {other} são o mesmo lead.",
        drifts.TWO_COMPANIES: f"As empresas {drift.remote_id} e {other} têm o mesmo CNPJ.",
        drifts.HELD_TWICE: f"{one} já está ligada a outro lead.",
        drifts.LEFT_OVER: f"A empresa {drift.remote_id} ficou sem uso; "
        f"{f'vale a {other}, que tem o CNPJ' if other else 'nenhum lead daqui é mais dela'}.",
        drifts.OWNERLESS: f"{one} foi criada para um lead que já não existe aqui.",
        drifts.ERASED: f"{one} ainda está no CRM, e o titular pediu a eliminação dos dados.",
        drifts.WITHOUT_PERSON: f"A oportunidade {drift.remote_id} está sem pessoa; a do lead é a {here}.",
        drifts.OTHER_PERSON: f"A oportunidade {drift.remote_id} é da pessoa {there}; a do lead é a {here}.",
        drifts.STAGE: f"O lead está quente, e a oportunidade {drift.remote_id} está na etapa "
        f"{' em vez de '.join(account.named(lists, 'stage_id', id_) for id_ in (there, here))}"
        f"{'; alguém a moveu de volta' if seen.get('movida_por_pessoa') else ''}.",
        drifts.CLOSED_THERE: f"A oportunidade {drift.remote_id} foi "
        f"{_ENDS.get(str(seen.get('desfecho')), 'encerrada')} no CRM; o orçamento segue aberto aqui.",
        drifts.OPEN_THERE: f"O orçamento foi encerrado aqui; a oportunidade {drift.remote_id} segue aberta no CRM.",
        drifts.UNLINKED: f"A oportunidade {drift.remote_id} traz o código deste orçamento, que não a conhece.",
        drifts.HANDED_OVER: "O lead quente foi repassado, e não há oportunidade"
        f"{': nenhum orçamento está aberto' if seen.get('sem_orcamento') else ''}.",
        drifts.PARKED: "A sincronização do lead espera por uma pessoa: veja o motivo na fila do CRM.",
    }
    return told.get(drift.kind, drift.kind)


def _said(part: str) -> str:
    """A refused field with the CRM's message, or a constant word."""
    name, colon, message = part.partition(": ")
    return f"{field(name)}: {message}" if colon else outcome(part)
