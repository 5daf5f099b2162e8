"""What the admin's theme asks for by name in the settings: our files, and where we are."""

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static


def favicon(request: HttpRequest) -> str:
    return static("seleto/favicon.svg")


def styles(request: HttpRequest) -> str:
    return static("seleto/admin.css")


def library_styles(request: HttpRequest) -> str:
    return static("seleto/library.css")


def script(request: HttpRequest) -> str:
    return static("seleto/admin.js")


def environment(request: HttpRequest) -> list[str] | None:
    """The badge that tells a trial installation from the real one: (words, colour); none in production."""
    if settings.SANDBOX:
        return ["Simulação", "warning"]
    return ["Desenvolvimento", "info"] if settings.DEBUG else None
