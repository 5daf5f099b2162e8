"""Pages that join the apps; Django finds them through this module. Users and groups come in the theme's forms."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.decorators import action
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from seleto.backoffice import publishing, system_pages, trials  # noqa: F401
from seleto.lib import (
    audit,
    clock,
    token_admin,  # noqa: F401
)
from seleto.lib.admin import actor
from seleto.lib.admin_theme import ThemedAdmin

if TYPE_CHECKING:  # generic for the type checker only
    _UserAdmin = UserAdmin[Any]
else:
    _UserAdmin = UserAdmin

admin.site.unregister(User)
admin.site.unregister(Group)


class Audited(ThemedAdmin):
    """Who may do what is told in the audit too, which nobody can change, by number and field alone."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._record(request, "create", obj, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._record(request, "change", obj, message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for obj in queryset:
            self._record(request, "delete", obj, [])
        return super().log_deletions(request, queryset)

    def _record(self, request: HttpRequest, action: str, obj: Any, message: Any) -> None:
        steps = [step for kind in message if isinstance(kind, dict) for step in kind.values()]
        detail = {"row": obj.pk, "fields": sorted({str(name) for step in steps for name in step.get("fields", ())})}
        audit.record(
            actor=actor(request),
            action=action,
            subject_kind=str(self.opts.model_name),
            subject_id=None,
            detail=detail,
            now=clock.now(),
        )


@admin.register(User)
class PersonAdmin(_UserAdmin, Audited):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_filter = ["is_active", "is_staff", "is_superuser", "groups"]
    actions_detail = ["reset_second_factor"]

    @action(description="Redefinir o segundo fator", permissions=["reset_second_factor"])  # type: ignore[untyped-decorator]
    def reset_second_factor(self, request: HttpRequest, object_id: int) -> HttpResponse:
        person = self.get_object(request, str(object_id))
        if person is None:
            raise Http404
        return HttpResponseRedirect(reverse("second-factor-reset", args=[person.pk]))

    def has_reset_second_factor_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("accounts.reset_second_factor")


@admin.register(Group)
class RoleAdmin(GroupAdmin, Audited):
    """What a role may do."""
