"""The system's own rows as people read them: who did what, which outside system rests, which process is alive.

The rows belong to ``seleto.lib``, which knows no app; the words for what they point to are joined here.
"""

from collections.abc import Iterable

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from conversations import channel_cache
from seleto.backoffice import audit_words
from seleto.lib.admin import CircuitAdmin, HeartbeatAdmin, RateBucketAdmin, ReadOnlyAdmin
from seleto.lib.admin_filters import ValueQuestion
from seleto.lib.admin_lists import CappedPaginator, actor_words, asking, local, moment, with_actor_name
from seleto.lib.models import AuditEntry, Circuit, Heartbeat, RateBucket

_SYSTEMS = {
    "chatwoot": "Chatwoot",
    "embeddings": "embeddings",
    "llm": "modelo",
    "piperun": "PipeRun",
    "principal": "modelo principal",
    "reserva": "modelo reserva",
    "send": "envio de mensagens",
    "whatsapp": "WhatsApp Cloud API",
    "zapi": "Z-API",
}
_CLUSTERS = {
    "background": "segundo plano (espelho, resumos, avaliações)",
    "conversation": "conversas (receber e responder)",
    "delivery": "entrega (enviar mensagens)",
}


def cluster_name(name: str) -> str:
    """``delivery`` → ``entrega (enviar mensagens)``."""
    return _CLUSTERS.get(name, name)


def system_name(key: str) -> str:
    """``chatwoot:<channel>`` → ``Chatwoot, canal WhatsApp principal``."""
    system, _, rest = key.partition(":")
    name = _SYSTEMS.get(system, system)
    return f"{name}, canal {_channels().get(rest, rest)}" if rest else name


def _channels() -> dict[str, str]:
    views = channel_cache.all_views()
    return {str(view.id): view.slug for view in views} | {view.slug: view.slug for view in views}


class DeedFilter(ValueQuestion):
    """The audit's constant words, told."""

    def answers(self) -> Iterable[tuple[str, str]]:
        told = audit_words.deed if self.field_path == "action" else audit_words.subject
        return [(value, told(value)) for value, _ in super().answers()]


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ["when", "who", "deed", "subject", "told"]
    list_filter = [("action", asking("o que fez?", DeedFilter)), ("subject_kind", asking("com o quê?", DeedFilter))]
    search_fields = ["=subject_id", "actor"]
    search_help_text = "id do que foi alterado, ou quem alterou como em sdr:11"
    date_hierarchy = "at"
    ordering = ["-at"]
    paginator = CappedPaginator
    show_full_result_count = False
    fields = ["when", "who", "deed", "subject", "told"]
    empty_hint = "Nada ainda. Cada alteração, comando e publicação aparece aqui, com quem e quando."
    when = moment("at", "quando")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        return with_actor_name(super().get_queryset(request), "actor")

    def page_name(self, row: AuditEntry) -> str:
        return f"{self.who(row)}: {self.deed(row)}, {local(row.at)}"

    @admin.display(description="quem", ordering="actor")
    def who(self, row: AuditEntry) -> str:
        return actor_words(row.actor, getattr(row, "actor_name", None))

    @admin.display(description="o que fez", ordering="action")
    def deed(self, row: AuditEntry) -> str:
        return audit_words.deed(row.action)

    @admin.display(description="com o quê", ordering="subject_kind")
    def subject(self, row: AuditEntry) -> SafeString | str:
        words = audit_words.subject(row.subject_kind)
        page = audit_words.address(row.subject_kind, row.subject_id)
        return format_html('<a href="{}">{}</a>', page, words) if page else words

    @admin.display(description="detalhe")
    def told(self, row: AuditEntry) -> SafeString | str:
        lines = [
            (what, format_html('<a href="{}">{}</a>', at, said) if at else said)
            for what, said, at in audit_words.details(row.subject_kind, row.detail)
        ]
        return format_html_join("", '<span class="sl-line">{}: {}</span>', lines) or "–"


for _model in (Circuit, Heartbeat, RateBucket):
    admin.site.unregister(_model)


@admin.register(Circuit)
class NamedCircuitAdmin(CircuitAdmin):
    list_display = ["system", "state", "failures", "reason", "opened", "retried"]
    opened, retried = moment("opened_at", "aberto"), moment("retry_at", "próxima tentativa")
    empty_hint = "Nenhum sistema externo falhou até agora. Depois de falhas seguidas, ele descansa e aparece aqui."

    def page_name(self, row: Circuit) -> str:
        return system_name(row.key)

    @admin.display(description="sistema", ordering="key")
    def system(self, row: Circuit) -> str:
        return system_name(row.key)


@admin.register(Heartbeat)
class NamedHeartbeatAdmin(HeartbeatAdmin):
    list_display = ["cluster", "beat"]
    beat = moment("beat_at", "último sinal")
    empty_hint = "Nenhum processo deu sinal de vida: inicie o worker."

    def page_name(self, row: Heartbeat) -> str:
        return self.cluster(row)

    @admin.display(description="fila", ordering="name")
    def cluster(self, row: Heartbeat) -> str:
        return cluster_name(row.name)


@admin.register(RateBucket)
class NamedRateBucketAdmin(RateBucketAdmin):
    list_display = ["system", "next"]
    next = moment("next_at", "livre a partir de")
    empty_hint = "Nada foi enviado ainda. Aqui se vê quando cada canal pode enviar a próxima mensagem."

    def page_name(self, row: RateBucket) -> str:
        return system_name(row.key)

    @admin.display(description="o quê", ordering="key")
    def system(self, row: RateBucket) -> str:
        return system_name(row.key)
