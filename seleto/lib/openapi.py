"""What the API's schema says of all addresses alike: our tokens and our refusals. Imported when the app is ready."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from seleto.lib.problems import CONTENT_TYPE

_WORDS = {
    "400": "The request cannot be read, or `errors` names what is wrong by field.",
    "401": "There is no token, or it is unknown, expired or revoked.",
    "403": "The token lacks the scope that this takes.",
    "404": "There is nothing under this id or cursor.",
    "405": "This address has no such method; `Allow` names those it has.",
    "406": "The answer comes as JSON alone.",
    "409": "The state of things forbids it.",
    "413": "The body is larger than this address accepts.",
    "415": "The body is not JSON.",
    "422": "Well formed, and yet not to be done.",
    "429": "Too many calls; `Retry-After` says when to come back.",
}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "enum": ["about:blank"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"description": "Sentences by field."},
    },
}


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "seleto.lib.tokens.BearerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token made in the admin, beginning with slt_."}


def tell_refusals(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """For drf-spectacular's hooks: every operation's refusals, as ``seleto.lib.problems`` words them."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _PROBLEM
    for address, methods in result["paths"].items():
        for method, operation in methods.items():
            told = operation["responses"]
            for status in _possible(address, method, operation):
                told[status] = _refusal(status)
            for status in told:
                if status in _WORDS:
                    told[status] = _refusal(status)
            operation["responses"] = dict(sorted(told.items()))
    return result


def _possible(address: str, method: str, operation: dict[str, Any]) -> set[str]:
    found = {"400", "401", "403", "405", "406", "429"}
    if "{" in address or any(one["name"] == "cursor" for one in operation.get("parameters", ())):
        found.add("404")  # also for a page that is none
    if "{" in address and method == "post":  # a deed upon a row, which its state may forbid
        found |= {"409", "422"}
    if "requestBody" in operation:
        found |= {"413", "415"}
    return found


def _refusal(status: str) -> dict[str, Any]:
    example = {"type": "about:blank", "title": "…", "status": int(status), "detail": _WORDS[status]}
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}
    refusal: dict[str, Any] = {"description": _WORDS[status], "content": content}
    if status == "429":
        refusal["headers"] = {
            "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds.", "required": True}
        }
    return refusal
