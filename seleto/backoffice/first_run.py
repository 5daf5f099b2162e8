"""What has to be set before the first lead writes, how far that is, and a test of each part by the doctor's own checks.

A test calls the outside system within its timeout, reads and never writes or sends, and leaves its findings in a row.
No finding and no word here holds a secret.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from conversations.models import Channel, ChatwootInbox
from knowledge import queries
from seleto import doctor_channels, doctor_crm, doctor_email, doctor_model
from seleto.backoffice.models import SetupCheck
from seleto.findings import Finding, Level
from seleto.lib import audit

RED, YELLOW, GREEN = "red", "yellow", "green"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing to set up. ``missing`` asks nobody outside; ``where`` is (words, admin route or "")."""

    name: str
    title: str
    why: str
    where: tuple[str, str]
    missing: Callable[[], Sequence[str]]
    test: Callable[[datetime], Iterator[Finding]]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """A part as it stands: colour, in words, what is missing and what the last test found."""

    part: Part
    colour: str
    words: str
    missing: Sequence[str]
    findings: Sequence[tuple[str, str]]
    checked_at: datetime | None


def _company_missing() -> list[str]:
    company = queries.company()
    if company is None:
        return ["Os dados da empresa não existem: rode manage.py seed."]
    return ["Site, catálogo ou e-mail ainda são de exemplo."] if company.is_placeholder() else []


def _test_company(now: datetime) -> Iterator[Finding]:
    queries.clear_cache()
    missing = _company_missing()
    for text in missing:
        yield Finding("company", Level.ERROR, text)
    if not missing:
        yield Finding("company", Level.OK, "Os dados da empresa estão preenchidos.")


def _channel_missing() -> list[str]:
    return [] if Channel.objects.filter(enabled=True).exists() else ["Nenhum canal ativo."]


def _test_channel(now: datetime) -> Iterator[Finding]:
    yield from (found for found in doctor_channels.examine(now=now) if not found.check.startswith("chatwoot"))


def _model_missing() -> list[str]:
    return [] if settings.LLM_API_KEY else ["LLM_API_KEY está vazia (só um servidor próprio aceita isso)."]


def _chatwoot_missing() -> list[str]:
    return [] if ChatwootInbox.objects.filter(active=True).exists() else ["Nenhuma caixa ativa."]


def _test_chatwoot(now: datetime) -> Iterator[Finding]:
    yield from doctor_channels.examine_chatwoot()


def _crm_missing() -> list[str]:
    return [] if settings.PIPERUN_TOKEN else ["PIPERUN_TOKEN está vazio."]


def _email_missing() -> list[str]:
    return [] if settings.EMAIL_HOST else ["EMAIL_HOST está vazia."]


PARTS: tuple[Part, ...] = (
    Part(
        name="empresa",
        title="Dados da empresa",
        why="O que o agente diz de site, catálogo, endereço e horário.",
        where=("na página Dados da empresa", "admin:knowledge_companyprofile_changelist"),
        missing=_company_missing,
        test=_test_company,
    ),
    Part(
        name="canal",
        title="WhatsApp",
        why="Por onde os leads escrevem.",
        where=("na página Canais, ou no ambiente com ZAPI_… ou WHATSAPP_…", "admin:conversations_channel_changelist"),
        missing=_channel_missing,
        test=_test_channel,
    ),
    Part(
        name="modelo",
        title="Modelo de linguagem",
        why="Quem escreve as respostas. O teste custa alguns tokens.",
        where=("no ambiente: LLM_BASE_URL, LLM_API_KEY e LLM_MODEL", ""),
        missing=_model_missing,
        test=lambda now: doctor_model.examine(every=False),
    ),
    Part(
        name="chatwoot",
        title="Chatwoot",
        why="Onde as pessoas acompanham e assumem as conversas.",
        where=(
            "na página Caixas do Chatwoot, ou no ambiente com CHATWOOT_…",
            "admin:conversations_chatwootinbox_changelist",
        ),
        missing=_chatwoot_missing,
        test=_test_chatwoot,
        optional=True,
    ),
    Part(
        name="crm",
        title="CRM (PipeRun)",
        why="Para onde vão empresas, pessoas e oportunidades.",
        where=("no ambiente: PIPERUN_TOKEN; o resto na configuração do CRM", "admin:crm_crmsettings_changelist"),
        missing=_crm_missing,
        test=lambda now: doctor_crm.examine(),
        optional=True,
    ),
    Part(
        name="email",
        title="E-mail",
        why="Para avisar pessoas fora do sistema. O teste não envia nada.",
        where=("no ambiente: EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD e EMAIL_FROM", ""),
        missing=_email_missing,
        test=lambda now: doctor_email.examine(),
        optional=True,
    ),
)
_BY_NAME = {part.name: part for part in PARTS}


def part(name: str) -> Part:
    """Raises ``KeyError`` for an unknown name."""
    return _BY_NAME[name]


def states() -> list[State]:
    """Every part, without asking anybody outside; a fixed number of statements."""
    rows = {row.name: row for row in SetupCheck.objects.all()}
    return [_state(one, rows.get(one.name)) for one in PARTS]


def reds() -> list[State]:
    """What keeps the agent from its work."""
    return [state for state in states() if state.colour == RED]


def run_test(one: Part, *, actor: str, now: datetime) -> SetupCheck:
    """Test one part now and keep what was found."""
    found = list(one.test(now))
    row, _ = SetupCheck.objects.update_or_create(
        name=one.name,
        defaults={
            "findings": [[str(finding.level), finding.text] for finding in found],
            "checked_at": now,
        },
    )
    audit.record(
        actor=actor, action="setup.test", subject_kind="setup", subject_id=None, detail={"part": one.name}, now=now
    )
    return row


def _state(one: Part, row: SetupCheck | None) -> State:
    missing = one.missing()
    findings = [(level, text) for level, text in row.findings] if row else []
    levels = {level for level, _ in findings}
    if missing and not (one.name == "modelo" and findings and Level.ERROR not in levels):
        colour, words = (YELLOW, "não configurado (opcional)") if one.optional else (RED, "falta configurar")
    elif Level.ERROR in levels:
        colour, words = RED, "com problema"
    elif row is None:
        colour, words = YELLOW, "ainda não testado"
    elif Level.WARNING in levels:
        colour, words = YELLOW, "funciona, com ressalvas"
    else:
        colour, words = GREEN, "pronto"
    return State(one, colour, words, missing, findings, row.checked_at if row else None)
