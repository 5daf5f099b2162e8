"""On the start page: what is still to be set up, for those who may do so."""

from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag("admin/backoffice/setup_banner.html")
def setup_banner(request: Any) -> dict[str, Any]:
    # The theme draws a widget while it is imported, which loads every tag: the admin pages cannot be there yet.
    from seleto.backoffice import first_run, first_run_pages

    return {"reds": first_run.reds() if first_run_pages.may_open(request) else []}
