"""JSON that programs post to the API: of a size and depth that somebody reads."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

from seleto.lib.depth import too_deep

MAX_DEPTH = 32


class TooLarge(APIException):
    status_code = 413
    default_detail = "The body is larger than this address accepts."


class BoundedJSONParser(BaseParser):
    """Reads no more than ``API_MAX_BYTES``. A refusal repeats nothing of what was sent."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        body = stream.read(settings.API_MAX_BYTES + 1)
        if len(body) > settings.API_MAX_BYTES:
            raise TooLarge
        try:
            value = json.loads(body, parse_constant=_refuse)
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
        except ValueError as error:  # bad syntax, bad UTF-8, integers of thousands of digits
            raise ParseError("The body is not JSON.") from error
        if too_deep(value, MAX_DEPTH):
            raise ParseError("The JSON is nested too deeply.")
        return value


def _refuse(constant: str) -> Any:
    raise ValueError("NaN and Infinity are no JSON.")
