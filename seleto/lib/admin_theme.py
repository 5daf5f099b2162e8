"""What every admin page stands on: the theme's own classes, with the choices that hold for all our pages."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.utils import get_fields_from_path
from django.db import models
from django.http import HttpRequest

from seleto.lib.admin_filters import ChoiceQuestion, RelatedQuestion, ValueQuestion, YesNoQuestion

if TYPE_CHECKING:  # typed as Django's own, which the theme's classes derive from but do not type
    _ModelAdmin = admin.ModelAdmin[Any]
    _TabularInline = admin.TabularInline[Any, Any]
else:
    from unfold.admin import ModelAdmin as _ModelAdmin
    from unfold.admin import TabularInline as _TabularInline


class ThemedAdmin(_ModelAdmin):
    """A model's pages in the theme. Filters stand in one form, as wide lists need the room beside them."""

    list_fullwidth = True
    list_filter_submit = True
    warn_unsaved_form = True
    # Django's next default, without its warning.
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Filters named by their field alone become the theme's, by the kind of the field."""
        return [self._themed(one) if isinstance(one, str) else one for one in super().get_list_filter(request)]

    def _themed(self, name: str) -> Any:
        field = get_fields_from_path(self.model, name)[-1]
        if field.is_relation:
            return name, RelatedQuestion
        if isinstance(field, models.BooleanField):
            return name, YesNoQuestion
        return name, ChoiceQuestion if getattr(field, "choices", None) else ValueQuestion


class ThemedInline(_TabularInline):
    """Rows of another model within a page. A control's name is its column's heading, which only eyes connect to it."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            control: Any = field.widget
            getattr(control, "widget", control).attrs.setdefault("aria-label", field.label)
        return field
