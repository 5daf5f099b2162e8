"""Who is told, and what became of each delivery."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from conversations.admin.base import PipeAdmin, page_of
from seleto.lib import audit, clock, posting
from seleto.lib.admin import WordedAdmin, actor
from seleto.lib.admin_lists import QuestionFilter, asking, local, moment
from seleto.outbound import signing, stage
from seleto.outbound.models import TEST, Delivery, Kind, Subscription
from seleto.outbound.repairing import again, why

_COLOURS: dict[str, str] = {Delivery.Status.SENT: "agent", Delivery.Status.PARKED: "stop"}
_KINDS = {TEST: "teste", **{str(kind): kind.label for kind in Kind}}


if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Subscription]
else:
    _ModelForm = forms.ModelForm


class SubscriptionForm(_ModelForm):
    kinds = forms.MultipleChoiceField(
        label="Eventos", choices=Kind.choices, widget=forms.CheckboxSelectMultiple, required=True
    )

    class Meta:
        model = Subscription
        fields = ["name", "url", "kinds"]

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if fault := posting.fault(url):
            raise forms.ValidationError(f"Não dá para entregar aí: {why(fault)}.")
        return url


class Active(QuestionFilter):
    title = "está ligada?"
    parameter_name = "ligada"
    answers = [
        ("sim", "ligada", lambda rows: rows.filter(active=True)),
        ("nao", "desligada", lambda rows: rows.filter(active=False)),
    ]


@admin.register(Subscription)
class SubscriptionAdmin(WordedAdmin):
    """The secret is shown once, in the message after it was made or changed."""

    form = SubscriptionForm
    list_display = ["name", "state", "told", "waiting", "parked", "last"]
    list_filter = [Active]
    ordering = ["name"]
    change_form_template = "admin/outbound/subscription_form.html"
    empty_hint = "Nenhum programa recebe eventos: crie uma assinatura com o endereço que ele informa."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscription]:
        status = Delivery.Status
        rows: QuerySet[Subscription] = super().get_queryset(request)
        return rows.annotate(
            queued_count=Count("deliveries", filter=Q(deliveries__status=status.QUEUED)),
            parked_count=Count("deliveries", filter=Q(deliveries__status=status.PARKED)),
            last_at=Max("deliveries__settled_at", filter=Q(deliveries__status=status.SENT)),
        )

    @admin.display(description="situação", ordering="active")
    def state(self, row: Subscription) -> SafeString:
        colour, words = ("agent", "ligada") if row.active else ("stop", "desligada")
        if row.stopped:
            words = "desligada: o outro lado não quer mais"
        return format_html('<span class="sl-tag sl-{}">{}</span>', colour, words)

    @admin.display(description="eventos")
    def told(self, row: Subscription) -> str:
        return ", ".join(_KINDS.get(kind, kind) for kind in row.kinds)

    @admin.display(description="na fila", ordering="queued_count")
    def waiting(self, row: Any) -> int:
        return int(row.queued_count)

    @admin.display(description="paradas", ordering="parked_count")
    def parked(self, row: Any) -> int:
        return int(row.parked_count)

    @admin.display(description="última entrega", ordering="last_at")
    def last(self, row: Any) -> str:
        return local(row.last_at) if row.last_at else "–"

    def save_model(self, request: HttpRequest, obj: Subscription, form: Any, change: bool) -> None:
        now = clock.now()
        if not change:
            obj.created_at, obj.secrets = now, signing.rotated({}, now=now, overlap=stage.overlap())
        super().save_model(request, obj, form, change)
        audit.record(
            actor=actor(request),
            action="outbound.change" if change else "outbound.create",
            subject_kind="subscription",
            subject_id=obj.pk,
            detail={"kinds": obj.kinds},
            now=now,
        )
        if not change:
            self._show(request, obj.secrets["current"])

    def get_urls(self) -> list[URLPattern]:
        views = {"test": self.test_view, "secret": self.secret_view, "switch": self.switch_view}
        doors = [
            path(
                f"<uuid:key>/{act}/",
                self.admin_site.admin_view(require_POST(view)),
                name=f"outbound_subscription_{act}",
            )
            for act, view in views.items()
        ]
        return [*doors, *super().get_urls()]

    def test_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        row = self._row(request, key)
        delivery = stage.send_test(row, actor=actor(request), now=clock.now())
        return HttpResponseRedirect(page_of(Delivery, delivery.pk))

    def secret_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        row = self._row(request, key)
        self._show(request, stage.change_secret(row, actor=actor(request), now=clock.now()))
        return HttpResponseRedirect(page_of(Subscription, key))

    def switch_view(self, request: HttpRequest, key: UUID) -> HttpResponse:
        row = self._row(request, key)
        on = request.POST.get("on") == "yes"
        stage.switch(row, on=on, actor=actor(request), now=clock.now())
        words = "Assinatura ligada." if on else "Assinatura desligada: o que estava na fila não será entregue."
        self.message_user(request, words, messages.SUCCESS)
        return HttpResponseRedirect(page_of(Subscription, key))

    def _row(self, request: HttpRequest, key: UUID) -> Subscription:
        row = get_object_or_404(Subscription, pk=key)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        return row

    def _show(self, request: HttpRequest, secret: str) -> None:
        self.message_user(request, f"Segredo das assinaturas, mostrado só desta vez: {secret}", messages.WARNING)


@admin.register(Delivery)
class DeliveryAdmin(PipeAdmin):
    list_display = ["when", "what", "to", "state", "attempts", "reason_words"]
    list_filter = [
        ("status", asking("como está?")),
        ("subscription", asking("para quem?", admin.RelatedFieldListFilter)),
    ]
    list_select_related = ["subscription"]
    search_fields = ["=id", "=subject_id"]
    search_help_text = "id da entrega ou do objeto"
    ordering = ["-occurred_at"]
    fields = ["when", "what", "to", "state", "attempts", "reason_words", "next_try", "subject_id", "sent_body"]
    heavy_fields = ["body"]
    actions = ["send_again"]
    repairs = [("send_again", "Enviar de novo")]
    empty_hint = "Nada foi contado a outros sistemas ainda."
    when = moment("occurred_at", "aconteceu em")

    @admin.display(description="evento", ordering="kind")
    def what(self, row: Delivery) -> str:
        return _KINDS.get(row.kind, row.kind)

    @admin.display(description="para", ordering="subscription__name")
    def to(self, row: Delivery) -> SafeString:
        page = reverse("admin:outbound_subscription_change", args=[row.subscription_id])
        return format_html('<a href="{}">{}</a>', page, row.subscription.name)

    @admin.display(description="situação", ordering="status")
    def state(self, row: Delivery) -> SafeString:
        return format_html(
            '<span class="sl-tag sl-{}">{}</span>', _COLOURS.get(row.status, "none"), row.get_status_display()
        )

    @admin.display(description="motivo")
    def reason_words(self, row: Delivery) -> str:
        return why(row.reason) or "–"

    @admin.display(description="próxima tentativa")
    def next_try(self, row: Delivery) -> str:
        if row.status != Delivery.Status.QUEUED:
            return "–"
        return local(row.due_at) if row.due_at else "agora"

    @admin.display(description="o que foi enviado")
    def sent_body(self, row: Delivery) -> SafeString | str:
        return format_html("<pre>{}</pre>", row.body) if row.body else "–"

    def can_repair(self, row: Any) -> bool:
        return bool(row.status != Delivery.Status.QUEUED)

    def page_name(self, row: Delivery) -> str:
        return f"Entrega: {_KINDS.get(row.kind, row.kind)} em {local(row.occurred_at)}"

    @admin.action(description="Enviar de novo as entregas marcadas", permissions=["repair"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> HttpResponse | None:
        return self.repair(request, queryset, again, done="Entregas postas na fila")
