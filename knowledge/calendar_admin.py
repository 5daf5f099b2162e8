"""The manager's pages about when people answer, each with what it comes to over the next days."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from knowledge import calendar
from knowledge.admin import AuditedAdmin
from knowledge.history_admin import TrackedAdmin
from knowledge.models import BusinessHours, Holiday
from knowledge.models.calendar import MIDNIGHT
from seleto.lib import clock
from seleto.lib.admin_lists import asking

PREVIEW_DAYS = 14


class CalendarAdmin(TrackedAdmin, AuditedAdmin):
    """A list followed by the next fourteen days as the calendar reads them."""

    change_list_template = "admin/knowledge/calendar_change_list.html"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        now = clock.now()
        preview = {
            "days": list(calendar.days(calendar.local_date(now), PREVIEW_DAYS)),
            "open_now": calendar.is_open(now),
            "next_opening": calendar.describe_opening(now),
            "default_week": not BusinessHours.objects.exists(),
        }
        return super().changelist_view(request, {**preview, **(extra_context or {})})


@admin.register(BusinessHours)
class BusinessHoursAdmin(CalendarAdmin):
    list_display = ["weekday", "opens", "closes_when"]
    ordering = ["weekday", "opens"]

    @admin.display(description="fecha às", ordering="closes")
    def closes_when(self, row: BusinessHours) -> str:
        return f"{row.closes:%H:%M}" + (" do dia seguinte" if MIDNIGHT < row.closes <= row.opens else "")


@admin.register(Holiday)
class HolidayAdmin(CalendarAdmin):
    list_display = ["name", "kind", "start_date", "end_date", "every_year", "opens", "closes"]
    list_filter = [("kind", asking("fecha ou abre?"))]
    search_fields = ["name"]
    ordering = ["-start_date"]
    fields = ["name", "kind", ("start_date", "end_date"), "every_year", ("opens", "closes")]
