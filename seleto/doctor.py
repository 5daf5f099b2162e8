"""What keeps this installation from working: configuration, database, worker and every outside system, read only.

Nothing is changed and nobody is written to. The model is asked one short question (a few where it does not know the
form of answer that is set), the embeddings endpoint for one vector and, where replies are spoken, the speech endpoint
for one word, which costs a few tokens: no other call tells a missing quota or missing support for structured answers. A
finding never holds a secret, a phone or a text of a lead.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from conversations.models import Event, Outbox, Turn
from knowledge import embeddings, queries
from knowledge.embeddings import endpoint, stage, store
from knowledge.embeddings.store import Extension
from knowledge.models import Flag, Product
from seleto import checks, doctor_channels, doctor_crm, doctor_email, doctor_media, doctor_model, state
from seleto.findings import Finding, Level
from seleto.lib.errors import ProviderError

# Portuguese for what `seleto.checks` finds, by the id of its message.
SETTINGS_TEXTS = {
    "seleto.E001": "ZAPI_BASE_URL não é o endereço da Z-API: apague a variável.",
    "seleto.E002": "SANDBOX está ligado: em produção, use SANDBOX=off.",
    "seleto.E003": "DEBUG está ligado e mostra código e dados nas páginas de erro: use DEBUG=off.",
    "seleto.E004": "SECRET_KEY é a do repositório, que todos conhecem: troque por 50 caracteres aleatórios.",
    "seleto.E005": "FIELD_ENCRYPTION_KEYS tem a chave do repositório: gere outra com Fernet.generate_key().",
    "seleto.E006": "PUBLIC_URL não começa com https://: use o endereço pelo qual pessoas e provedores chegam aqui.",
    "seleto.E007": "DATABASE_URL está vazia: o banco embutido serve só para demonstração e testes.",
    "seleto.E008": "LLM_BASE_URL não começa com https://: as conversas passariam abertas pela rede.",
    "seleto.E009": "EMBEDDINGS_BASE_URL não começa com https://: as perguntas passariam abertas pela rede.",
    "seleto.E010": "PIPERUN_URL não é o endereço do PipeRun: apague a variável.",
    "seleto.E011": "WHATSAPP_BASE_URL não é o endereço da Meta com a versão (v26.0): corrija a variável.",
    "seleto.E012": "FAULTS_MODULE está preenchida: em produção, apague a variável.",
    "seleto.E013": "SECOND_FACTOR está desligado: uma senha roubada abriria todas as conversas; use SECOND_FACTOR=on.",
    "seleto.E014": "ALLOWED_HOSTS aceita qualquer nome: escreva os nomes desta instalação.",
    "seleto.E020": "Há colunas sem decisão no mapa de dados: rode manage.py data_map e decida sobre elas.",
}
_EMBEDDINGS_TEXTS = {
    "rate_limit": "Os embeddings estão no limite de chamadas por minuto: tente mais tarde.",
    "quota": "A conta dos embeddings está sem cota ou sem saldo: regularize com o provedor.",
    "http_401": "O servidor dos embeddings recusa a chave: confira EMBEDDINGS_API_KEY.",
    "http_403": "O servidor dos embeddings recusa a chave: confira EMBEDDINGS_API_KEY.",
    "http_404": "O servidor de EMBEDDINGS_BASE_URL não tem o modelo {model}: confira EMBEDDINGS_MODEL e o endereço.",
    "connect_error": "Não há conexão com EMBEDDINGS_BASE_URL: confira o endereço e a rede.",
    "timeout": "Os embeddings não responderam no tempo de EMBEDDINGS_READ_TIMEOUT_S: confira o servidor.",
    "malformed_answer": "EMBEDDINGS_BASE_URL não fala a API de /embeddings: confira o endereço, que costuma terminar em"
    " /v1.",
}
_EXTENSION_TEXTS = {
    Extension.OFFERED: "A extensão vector não está no banco (ou é anterior à 0.7) e a busca usa só palavras: rode"
    " `python manage.py embed_articles`.",
    Extension.ABSENT: "O servidor PostgreSQL não tem a extensão vector e a busca usa só palavras: instale o pgvector"
    " 0.7 ou mais novo.",
}
_QUESTION = "Responda somente com o JSON pedido, com ok verdadeiro."


def examine(*, now: datetime) -> list[Finding]:
    """Everything that can be found out; without a usable database no more than the settings and the model."""
    found = [_scope(), *_settings(), *_database()]
    model = partial(doctor_model.examine, every=False)
    parts: list[Callable[[], Iterator[Finding]]] = [model]
    if found[-1].level == Level.OK:
        parts = [
            lambda: _pipe(now),
            lambda: doctor_channels.examine(now=now),
            model,
            _embeddings,
            doctor_media.examine,
            doctor_crm.examine,
            doctor_email.examine,
            _knowledge,
            _flags,
            _set_aside,
        ]
    return [*found, *(finding for part in parts for finding in part())]


def worst(findings: list[Finding]) -> Level:
    levels = {finding.level for finding in findings}
    return next((level for level in (Level.ERROR, Level.WARNING) if level in levels), Level.OK)


def _scope() -> Finding:
    """Which installation is looked at: the settings of this process may be another's than those of a running demo."""
    place = connection.settings_dict
    database = f"banco {place['NAME']} em {place['HOST']}" if settings.DATABASE_URL else "banco embutido desta pasta"
    text = f"Verificado: {settings.PUBLIC_URL}, {database}, Z-API em {_host(settings.ZAPI_BASE_URL)}"
    return Finding("scope", Level.OK, f"{text}, modelo em {_host(settings.LLM_BASE_URL)}.")


def _host(url: str) -> str:
    """Host and port alone: an address may hold a secret."""
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2] or "(vazio)"


def _settings() -> Iterator[Finding]:
    """Faults of production; in a simulation they are meant."""
    level = Level.WARNING if settings.SANDBOX else Level.ERROR
    messages = [*checks.provider_hosts(None), *checks.deployment(None)]
    for message in messages:
        yield Finding("settings", level, SETTINGS_TEXTS[str(message.id)])
    if not messages:
        yield Finding("settings", Level.OK, "A configuração serve para produção.")


def _database() -> Iterator[Finding]:
    try:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        yield Finding("database", Level.ERROR, "O banco não responde: confira DATABASE_URL e o servidor.")
        return
    if missing:
        text = f"Faltam {missing} migrações no banco: rode `python manage.py migrate`."
        yield Finding("database", Level.ERROR, text)
        return
    yield Finding("database", Level.OK, "O banco responde e está migrado.")


def _pipe(now: datetime) -> Iterator[Finding]:
    seen = state.read(now=now)
    if seen.dead_clusters:
        names = ", ".join(seen.dead_clusters)
        text = f"Nenhum processo trabalha em {names}: inicie `python manage.py worker` ou veja o log dele."
        yield Finding("worker", Level.ERROR, text)
    else:
        yield Finding("worker", Level.OK, "O worker dá sinal de vida em todas as filas.")
    for key in seen.circuits:
        yield Finding("circuit", Level.WARNING, f"O sistema externo {key} está em descanso depois de falhas seguidas.")
    for alert in seen.alerts:
        yield Finding("alert", Level.WARNING, f"Alerta aberto: {alert.title}.")


# --- Search by meaning --------------------------------------------------------------------------------------------


def _embeddings() -> Iterator[Finding]:
    """Endpoint, extension and articles; the search by words works without any of them."""
    if not embeddings.configured():
        yield Finding("embeddings", Level.OK, "A busca usa só palavras: EMBEDDINGS_BASE_URL está vazia.")
        return
    yield _endpoint()
    extension = store.extension()
    if extension is not Extension.READY:
        yield Finding("embeddings", Level.WARNING, _EXTENSION_TEXTS[extension])
    elif not store.is_indexed():
        text = "O banco não tem o índice dos vetores: rode `python manage.py embed_articles`."
        yield Finding("embeddings", Level.WARNING, text)
    elif missing := stage.missing():
        text = f"Há {missing} artigos ainda sem vetor: rode `python manage.py embed_articles` ou veja o worker."
        yield Finding("embeddings", Level.WARNING, text)
    else:
        yield Finding("embeddings", Level.OK, "Todos os artigos têm vetor e a busca por significado funciona.")


def _endpoint() -> Finding:
    """One short text, sent as articles are."""
    try:
        (vector,) = endpoint.ask([_QUESTION], read_s=settings.EMBEDDINGS_READ_TIMEOUT_S)
    except ProviderError as error:
        text = _EMBEDDINGS_TEXTS.get(
            error.reason, "Os embeddings responderam com erro ({reason}): confira o servidor de EMBEDDINGS_BASE_URL."
        )
        level = Level.WARNING if error.reason == "rate_limit" else Level.ERROR
        return Finding("embeddings", level, text.format(model=settings.EMBEDDINGS_MODEL, reason=error.reason))
    if len(vector) != settings.EMBEDDINGS_DIMENSIONS:
        text = f"O modelo de embeddings devolve {len(vector)} números: use EMBEDDINGS_DIMENSIONS={len(vector)}."
        return Finding("embeddings", Level.ERROR, text)
    return Finding("embeddings", Level.OK, f"O modelo de embeddings {settings.EMBEDDINGS_MODEL} responde.")


# --- What managers keep ------------------------------------------------------------------------------------------


def _knowledge() -> Iterator[Finding]:
    if not Product.objects.exists():
        yield Finding("catalogue", Level.ERROR, "O catálogo está vazio: rode `python manage.py seed`.")
    queries.clear_cache()
    company = queries.company()
    if company is None or company.is_placeholder():
        text = "Os dados da empresa ainda são de exemplo: preencha site, catálogo e e-mail no admin."
        yield Finding("company", Level.WARNING, text)
    try:
        prompt = queries.published_prompt("agente")
    except queries.NoPrompt:
        text = "Nenhuma versão do prompt do agente está publicada: publique uma no admin."
        yield Finding("prompt", Level.ERROR, text)
    else:
        yield Finding("prompt", Level.OK, f"O prompt {prompt.version} do agente está publicado.")


def _flags() -> Iterator[Finding]:
    for scope in Flag.objects.filter(name=Flag.Name.AGENT_ENABLED, on=False).order_by("scope").values_list("scope"):
        yield Finding("flag", Level.WARNING, f"O agente está desligado em {scope[0]}: religue com `resume_agent`.")


def _set_aside() -> Iterator[Finding]:
    """Rows that wait for a person (I12)."""
    unknown = Outbox.objects.filter(status=Outbox.Status.UNKNOWN).exclude(reason="")
    waiting = (
        (Event.objects.filter(status=Event.Status.PARKED).count(), "eventos parados", "reprocess_events"),
        (Outbox.objects.filter(status=Outbox.Status.PARKED).count(), "mensagens de saída paradas", "requeue_outbox"),
        (unknown.count(), "mensagens sem confirmação de envio", "requeue_outbox"),
    )
    for count, name, command in waiting:
        if count:
            yield Finding("parked", Level.WARNING, f"Há {count} {name}: veja no admin e use `{command}`.")
    turns = Turn.objects.filter(status=Turn.Status.PARKED).count()
    if turns:
        yield Finding("parked", Level.WARNING, f"Há {turns} turnos parados: veja as conversas no admin.")
