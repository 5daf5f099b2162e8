"""What `doctor` says of the channels: whether each provider lets us in, is connected, and would be heard.

Calls that read, none that writes or sends.
"""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from conversations import channel_cache, outbox, templates, watchdog, webhook_addresses
from conversations.channel_cache import ChannelView
from conversations.channels import registry
from conversations.channels.base import ChannelClient
from conversations.chatwoot import inboxes
from conversations.models import Channel
from seleto.findings import Finding, Level
from seleto.lib.admin_lists import local
from seleto.lib.errors import Misconfigured, ProviderError

# Shorter ones can be guessed by somebody who may post as often as they like.
SECRET_CHARS = 24

_NAMES = {Channel.Provider.ZAPI.value: "Z-API", Channel.Provider.WHATSAPP.value: "Meta"}
_REFUSED = {
    Channel.Provider.ZAPI.value: "confira a instância, o token e o Client-Token",
    Channel.Provider.WHATSAPP.value: "confira o número (phone_number_id) e o token de acesso, e se ele venceu",
}
_NEEDED = {
    Channel.Provider.ZAPI.value: {"client_token": "Client-Token: ative o token de segurança da conta na Z-API"},
    Channel.Provider.WHATSAPP.value: {
        "verify_token": "verify_token: sem ele a Meta não aceita o endereço do webhook",
        "waba_id": "waba_id: sem ele os modelos aprovados não são lidos",
    },
}
_CONNECTION_TEXTS = {
    "phone_offline": "o celular está sem internet: ligue-o à rede.",
    "restore_session": "a sessão precisa ser restaurada: leia o QR code no painel da Z-API.",
}


def examine(*, now: datetime) -> Iterator[Finding]:
    """Every channel, its inbox in Chatwoot, and whether anything is heard of what it sends."""
    channel_cache.forget()
    views = channel_cache.all_views()
    if not any(view.enabled for view in views):
        yield Finding("channel", Level.ERROR, "Não há canal ativo: crie um no admin ou rode `manage.py seed_channel`.")
    for view in views:
        name = f"channel:{view.slug}"
        if not view.enabled:
            yield Finding(name, Level.WARNING, f"O canal {view.slug} está desativado e não responde a ninguém.")
            continue
        yield from _secrets(name, view)
        yield from _provider(name, view)
        yield from _traffic(name, view, now)
        address = webhook_addresses.plan(view).shown
        text = f"O webhook do canal {view.slug} na {_NAMES[view.provider]} deve ser {address}."
        yield Finding(name, Level.OK, text)
        yield from _chatwoot(view)


def examine_chatwoot() -> Iterator[Finding]:
    """The inbox in Chatwoot of every channel that is in use."""
    channel_cache.forget()
    for view in channel_cache.all_views():
        if view.enabled:
            yield from _chatwoot(view)


def _secrets(name: str, view: ChannelView) -> Iterator[Finding]:
    if not any(view.webhook_secrets):
        text = f"O canal {view.slug} não tem segredo de webhook e recusa tudo o que chega: defina um no admin."
        yield Finding(name, Level.ERROR, text)
    elif any(len(secret) < SECRET_CHARS for secret in view.webhook_secrets):
        text = f"O canal {view.slug} tem um segredo de webhook com menos de {SECRET_CHARS} caracteres: troque-o."
        yield Finding(name, Level.WARNING, text)
    for key, advice in _NEEDED[view.provider].items():
        if not view.credentials.get(key):
            yield Finding(name, Level.WARNING, f"O canal {view.slug} não tem {advice}.")


def _provider(name: str, view: ChannelView) -> Iterator[Finding]:
    provider = _NAMES[view.provider]
    try:
        client = outbox.client(view)
        state = client.status()
        held = 0 if state.connected else len(client.queue())
    except Misconfigured:
        text = f"A {provider} recusa o canal {view.slug}: {_REFUSED[view.provider]}."
        yield Finding(name, Level.ERROR, text)
        return
    except ProviderError as error:
        text = f"A {provider} não informa a situação do canal {view.slug} ({error.reason})."
        yield Finding(name, Level.ERROR, text)
        return
    if not state.connected:
        advice = _CONNECTION_TEXTS.get(state.reason, "leia o QR code no painel da Z-API.")
        yield Finding(name, Level.ERROR, f"O canal {view.slug} está sem conexão com o WhatsApp; {advice}")
    else:
        yield Finding(name, Level.OK, f"O canal {view.slug} está conectado ao WhatsApp.")
    if state.connected and state.reason == "low_quality":
        text = f"A Meta deu nota baixa ao número do canal {view.slug}: envie menos modelos, e só a quem os espera."
        yield Finding(name, Level.WARNING, text)
    if held:
        text = f"Há {held} mensagens na fila da {provider} do canal {view.slug}: saem quando o celular voltar."
        yield Finding(name, Level.WARNING, text)
    if registry.get(view.provider).has_templates and view.credentials.get("waba_id"):
        yield _templates(name, view, client)


def _templates(name: str, view: ChannelView, client: ChannelClient) -> Finding:
    try:
        usable = sum(row.status == templates.APPROVED for row in client.templates())
    except Misconfigured:
        text = f"A Meta não mostra os modelos do canal {view.slug}: dê ao token whatsapp_business_management."
        return Finding(name, Level.ERROR, text)
    except ProviderError as error:
        return Finding(name, Level.WARNING, f"Os modelos do canal {view.slug} não puderam ser lidos ({error.reason}).")
    if not usable:
        text = f"O canal {view.slug} não tem modelo aprovado: depois de 24 horas nada pode ser enviado ao lead."
        return Finding(name, Level.WARNING, text)
    return Finding(name, Level.OK, f"Modelos aprovados no canal {view.slug}: {usable}.")


def _traffic(name: str, view: ChannelView, now: datetime) -> Iterator[Finding]:
    if since := watchdog.deaf_since(view.id, now=now):
        text = f"O canal {view.slug} não ouve nada do que enviou desde {local(since)}: rode `register_webhooks`."
        yield Finding(name, Level.ERROR, text)
    if watchdog.echoes_missing(view, now):
        text = f"O canal {view.slug} não avisa o que sai do celular da empresa: rode `register_webhooks`."
        yield Finding(name, Level.ERROR, text)


def _chatwoot(view: ChannelView) -> Iterator[Finding]:
    """Whether the inbox that mirrors the channel answers, and as whom."""
    inboxes.forget()
    inbox, name = inboxes.of_channel(view.id), f"chatwoot:{view.slug}"
    if inbox is None:
        yield Finding(name, Level.OK, f"O canal {view.slug} não é espelhado no Chatwoot (CHATWOOT_BASE_URL vazio).")
        return
    try:
        user = inbox.client().own_user_id()
    except Misconfigured:
        text = "O Chatwoot recusa o token do usuário da integração: confira CHATWOOT_USER_TOKEN."
        yield Finding(name, Level.ERROR, text)
        return
    except ProviderError as error:
        text = f"O Chatwoot não responde ({error.reason}): confira CHATWOOT_BASE_URL e o servidor."
        yield Finding(name, Level.ERROR, text)
        return
    if inbox.integration_user_id != user:
        text = f"O token do Chatwoot é do usuário {user}: ponha CHATWOOT_USER_ID={user}, ou o agente se cala sozinho."
        yield Finding(name, Level.ERROR, text)
    if not any(inbox.signing_secrets):
        text = "O webhook do Chatwoot chega sem assinatura: cadastre a chave da caixa (Chatwoot 4.13 ou mais novo)."
        yield Finding(name, Level.WARNING, text)
    address = f"{settings.PUBLIC_URL.rstrip('/')}/webhooks/chatwoot/{view.slug}/<segredo>/"
    yield Finding(name, Level.OK, f"O webhook da caixa no Chatwoot deve ser {address}.")
