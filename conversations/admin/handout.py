"""Files for leads: a list of their own, and beside each product those that are its."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminFileFieldWidget

from conversations import handouts
from conversations.media import files, kinds, serving
from conversations.models import Handout, Media
from knowledge.admin import AuditedAdmin, ProductAdmin
from knowledge.models import Product
from seleto.lib.admin_theme import ThemedInline

if TYPE_CHECKING:  # generic for the type checker only
    _Form = forms.ModelForm[Handout]
else:
    _Form = forms.ModelForm


class HandoutForm(_Form):
    """A new file replaces the one before; what was sent already stays as it was."""

    upload = forms.FileField(
        label="arquivo",
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text="PDF, JPEG ou PNG; fotos até 5 MB",
    )

    def clean_caption(self) -> str:
        caption = str(self.cleaned_data["caption"])
        faults = handouts.caption_faults(caption)
        if faults:
            raise ValidationError(f"A legenda não seria enviada: {' '.join(faults)}")
        return caption

    def clean(self) -> dict[str, Any] | None:
        super().clean()
        said = self.cleaned_data
        upload, kind = said.get("upload"), said.get("kind") or self.instance.kind
        if upload is None and not self.instance.path:
            self.add_error("upload", "Escolha o arquivo.")
        elif upload is not None and kind:
            self._look(upload, kind)
        elif kind and not handouts.fits(self.instance.mime, kind=kind):
            self.add_error("kind", "O arquivo que está aqui não pode ser enviado assim: escolha outro.")
        return said

    def _look(self, upload: Any, kind: str) -> None:
        try:
            sha256 = handouts.look(upload, kind=kind)
        except handouts.Unfit as error:
            self.add_error("upload", error.reason)
            return
        product = self.cleaned_data["product"] if "product" in self.fields else self.instance.product
        same = Handout.objects.filter(product=product if product and product.pk else None, kind=kind, sha256=sha256)
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("upload", "Este arquivo já está aqui.")

    def save(self, commit: bool = True) -> Handout:
        upload = self.cleaned_data.get("upload")
        if upload is not None:
            before = self.instance.path
            kept = handouts.keep(upload, kind=self.instance.kind)
            row = self.instance
            row.path, row.filename = kept.path, kept.filename
            row.mime, row.size, row.sha256 = kept.file.mime, kept.file.size, kept.file.sha256
            if before:
                transaction.on_commit(lambda: files.remove(before))
        return super().save(commit)


@admin.register(Handout)
class HandoutAdmin(AuditedAdmin):
    form = HandoutForm
    list_display = ["title", "kind", "whose", "when", "active", "how_large", "opened"]
    list_filter = ["kind", "active", "product"]
    list_select_related = ["product"]
    search_fields = ["title", "caption", "filename"]
    search_help_text = "título, legenda ou nome do arquivo"
    ordering = ["product__code", "kind", "title"]
    empty_hint = "Nenhum arquivo: o agente não envia catálogo nem fotos enquanto não houver um."
    fieldsets = [
        (None, {"fields": [("kind", "product"), "title", "upload", "opened", "caption"]}),
        ("Quando enviar", {"fields": [("on_request", "on_farewell", "active")]}),
    ]
    readonly_fields = ["opened"]

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "<uuid:handout_id>/arquivo/", self.admin_site.admin_view(self.file), name="conversations_handout_file"
        )
        return [own, *super().get_urls()]

    def file(self, request: HttpRequest, handout_id: UUID) -> HttpResponse:
        """The file itself, for whoever may see its row."""
        row = get_object_or_404(Handout, pk=handout_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        as_sent = Media(
            kind=kinds.leaves_as(row.mime),
            path=row.path,
            mime=row.mime,
            filename=row.filename,
            state=Media.State.STORED,
        )
        try:
            return serving.respond(request, as_sent)
        except files.Missing:
            raise Http404 from None

    @admin.display(description="de quem", ordering="product__code")
    def whose(self, row: Handout) -> str:
        return row.product.code if row.product else "da empresa"

    @admin.display(description="quando")
    def when(self, row: Handout) -> str:
        moments = [(row.on_request, "a pedido"), (row.on_farewell, "na despedida")]
        return " e ".join(words for on, words in moments if on) or "nunca"

    @admin.display(description="tamanho", ordering="size")
    def how_large(self, row: Handout) -> str:
        return f"{row.size / 1024:.0f} KB"

    @admin.display(description="arquivo atual")
    def opened(self, row: Handout) -> SafeString | str:
        return _link(row)


class HandoutInline(ThemedInline):
    """What the product has; captions and occasions stand on the file's own page."""

    model = Handout
    form = HandoutForm
    fields = ["kind", "title", "upload", "active", "opened"]
    readonly_fields = ["opened"]
    extra = 0
    show_change_link = True

    @admin.display(description="arquivo atual")
    def opened(self, row: Handout) -> SafeString | str:
        return _link(row)


admin.site.unregister(Product)


@admin.register(Product)
class ProductWithFilesAdmin(ProductAdmin):
    """The product's page with what is handed out of it, which the catalogue itself knows nothing of."""

    inlines = [*ProductAdmin.inlines, HandoutInline]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        if formset.model is Handout:
            for row in formset.new_objects:
                self.record(request, "create", row)
            for row, fields in formset.changed_objects:
                self.record(request, "change", row, fields=sorted(fields))
            for row in formset.deleted_objects:
                self.record(request, "delete", row)


def _link(row: Handout) -> SafeString | str:
    if not row.path:
        return "–"
    where = reverse("admin:conversations_handout_file", args=[row.pk])
    return format_html('<a href="{}">abrir {}</a>', where, row.filename)
