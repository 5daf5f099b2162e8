"""Pages that join the apps; Django finds them through this module. Users and groups come in the theme's forms."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from seleto.backoffice import publishing, system_pages, trials  # noqa: F401
from seleto.lib import token_admin  # noqa: F401
from seleto.lib.admin_theme import ThemedAdmin

if TYPE_CHECKING:  # generic for the type checker only
    _UserAdmin = UserAdmin[Any]
else:
    _UserAdmin = UserAdmin

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class PersonAdmin(_UserAdmin, ThemedAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_filter = ["is_active", "is_staff", "is_superuser", "groups"]


@admin.register(Group)
class RoleAdmin(GroupAdmin, ThemedAdmin):
    """What a role may do."""
