"""What every answer tells the browser not to do. Why the admin's policy is looser: docs/decisions/0009.

An answer that brings a header of its own keeps it: files of leads come with a stricter policy.
"""

from collections.abc import Callable, Mapping

from django.http import HttpRequest
from django.http.response import HttpResponseBase

_Answer = Callable[[HttpRequest], HttpResponseBase]


def _policy(**sources: str) -> str:
    return "; ".join(f"{name.replace('_', '-')} {value}" for name, value in sources.items())


_NOWHERE = {"base_uri": "'none'", "frame_ancestors": "'none'", "object_src": "'none'"}
NOTHING = _policy(default_src="'none'", form_action="'none'", **_NOWHERE)
_PAGE = {
    "default_src": "'none'",
    "connect_src": "'self'",
    "font_src": "'self'",
    "form_action": "'self'",
    "img_src": "'self' data:",
    "media_src": "'self'",
    **_NOWHERE,
}
# The theme's Alpine.js reads its attributes with the Function constructor; its colours stand in a style element.
ADMIN = _policy(**_PAGE, script_src="'self' 'unsafe-eval'", style_src="'self' 'unsafe-inline'")
# Swagger UI draws with style attributes.
DOCS = _policy(**_PAGE, script_src="'self'", style_src="'self' 'unsafe-inline'")
_LOGOUT = "/admin/logout/"
_BY_PLACE = (("/admin/", ADMIN), ("/api/docs/", DOCS))

ALWAYS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in "accelerometer camera display-capture geolocation gyroscope magnetometer microphone midi"
        " payment publickey-credentials-get screen-wake-lock usb xr-spatial-tracking".split()
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class SecurityHeaders:
    """First of all, so that refusals and static files carry them too."""

    def __init__(self, get_response: _Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", policy(request.path))
        if request.path == _LOGOUT:
            response.headers["Clear-Site-Data"] = '"cache"'
        return response


def policy(path: str) -> str:
    """The policy of the page at ``path``."""
    return next((found for place, found in _BY_PLACE if path.startswith(place)), NOTHING)
