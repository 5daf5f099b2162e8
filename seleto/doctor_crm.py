"""What `doctor` says of the CRM: whether it answers, and whether the ids in our settings are ids over there.

A handful of calls that read, none that writes; they leave no line in the history of calls.
"""

from collections.abc import Callable, Iterator, Sequence

from crm import gateways
from crm.gateway import Choice, CrmGateway
from crm.models import CityLink, CrmSettings, CrmSync
from seleto.findings import Finding, Level
from seleto.lib.errors import Misconfigured, ProviderError

_TEXTS = {
    "http_401": "O PipeRun recusa o token: confira PIPERUN_TOKEN.",
    "http_403": "O usuário do token não tem permissão no PipeRun: dê-lhe acesso a usuários, funis e oportunidades.",
    "bad_token": "PIPERUN_TOKEN tem caracteres que um token não tem: copie-o de novo do PipeRun.",
    "circuit_open": "O CRM está em descanso depois de falhas: tente de novo em um minuto.",
    "paced": "O CRM está ocupado com a fila de leads: tente de novo em um minuto.",
    "rate_limited": "O PipeRun pede uma pausa: tente mais tarde e, se repetir, diminua PIPERUN_RATE_PER_S.",
}


def examine() -> Iterator[Finding]:
    gateway = gateways.current(record=lambda exchange: None)
    if gateway is None:
        yield Finding("crm", Level.OK, "Nada é escrito em um CRM: PIPERUN_TOKEN está vazio.")
        return
    rules = CrmSettings.objects.filter(pk=1).first() or CrmSettings()
    try:
        owners = gateway.owners()
        yield Finding("crm", Level.OK, f"O CRM responde e aceita o token ({len(owners)} usuários).")
        yield from _ids(gateway, rules, owners)
    except Misconfigured as error:
        text = _TEXTS.get(error.reason, "{reason} não é resposta do PipeRun: confira PIPERUN_URL.")
        yield Finding("crm", Level.ERROR, text.format(reason=error.reason))
    except ProviderError as error:
        text = _TEXTS.get(error.reason, "O CRM não responde ({reason}): confira PIPERUN_URL, a rede e o servidor.")
        yield Finding("crm", Level.ERROR, text.format(reason=error.reason))
    yield from _ours(rules)


def _ids(gateway: CrmGateway, rules: CrmSettings, owners: Sequence[Choice]) -> Iterator[Finding]:
    """Whether the settings name records that are there."""
    pipelines = gateway.pipelines()
    if not _named(pipelines, rules.pipeline_id):
        yield _unknown("o funil", rules.pipeline_id, pipelines)
    stages = [stage for stage in gateway.stages() if stage.of == rules.pipeline_id]
    for about, id_ in (
        ("a etapa do lead novo", rules.stage_new_id),
        ("a etapa do lead qualificado", rules.stage_qualified_id),
    ):
        if id_ and not _named(stages, id_):
            yield _unknown(about, id_, stages)
    if not rules.stage_qualified_id:
        text = "Falta a etapa do lead qualificado: a oportunidade de um lead quente não sai da etapa do lead novo."
        yield Finding("crm", Level.WARNING, f"{text} Escolha-a na configuração do CRM{_offered(stages)}.")
    optional: tuple[tuple[str, str, Callable[[], Sequence[Choice]]], ...] = (
        ("a origem", rules.default_origin_id, gateway.origins),
        ("o responsável", rules.owner_id, lambda: owners),
        ("o tipo da atividade de retorno", rules.follow_up_type_id, gateway.activity_types),
    )
    for about, id_, choices in optional:
        if id_ and not _named(found := choices(), id_):
            yield _unknown(about, id_, found)


def _ours(rules: CrmSettings) -> Iterator[Finding]:
    if not rules.active:
        text = "A sincronização com o CRM está desligada: religue-a na configuração do CRM."
        yield Finding("crm", Level.WARNING, text)
    if rules.follow_up and not (rules.follow_up_type_id and rules.owner_id):
        text = "Não há atividade de retorno: escolha o tipo da atividade e o responsável na configuração do CRM."
        yield Finding("crm", Level.WARNING, text)
    if not CityLink.objects.exclude(remote_id="").exists():
        text = "Nenhuma cidade está ligada ao CRM: rode `python manage.py refresh_cities`."
        yield Finding("crm", Level.WARNING, text)
    parked = CrmSync.objects.filter(status=CrmSync.Status.PARKED).count()
    if parked:
        text = f"Há {parked} sincronizações com o CRM paradas: veja o motivo de cada uma no admin."
        yield Finding("parked", Level.WARNING, text)


def _named(choices: Sequence[Choice], id_: str) -> bool:
    return any(choice.id == id_ for choice in choices)


def _unknown(about: str, id_: str, choices: Sequence[Choice]) -> Finding:
    text = f"O CRM não conhece {about} {id_ or '(vazio)'}: escolha na configuração do CRM{_offered(choices)}."
    return Finding("crm", Level.ERROR, text)


def _offered(choices: Sequence[Choice]) -> str:
    """ " (Novo lead 647558, …)": names of the account's set-up, never of people it knows."""
    shown = ", ".join(f"{choice.name} {choice.id}" for choice in choices[:12])
    return f" ({shown})" if shown else ""
