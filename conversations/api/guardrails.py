"""POST guardrails/review: hold any text against the rules every outgoing text passes. Stores nothing."""

import re
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.guardrails import Verdict, review, wire
from knowledge import queries
from knowledge.catalogue import shipped_products
from seleto.lib.tokens import Scope

MAX_CHARS = 64_000
_CODE = re.compile(r"[A-Z0-9_]{1,32}")


class _Text(serializers.CharField):
    """Text as it is: nothing trimmed, so that offsets hold, and no number taken for text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_blank=True, trim_whitespace=False, max_length=MAX_CHARS, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class _Prices(serializers.DictField):
    """Product code -> amount in BRL."""

    child = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=0)

    def to_internal_value(self, data: Any) -> dict[Any, Any]:
        # Before the base class, which would name a bad key in its refusal: a refusal repeats nothing that was sent.
        if isinstance(data, dict) and not all(isinstance(key, str) and _CODE.fullmatch(key) for key in data):
            raise serializers.ValidationError("Every key is a product code, as in FB300.")
        return super().to_internal_value(data)


class ReviewContextSerializer(serializers.Serializer[Any]):
    lead_last = _Text(required=False, help_text="The lead's last message.")
    temperature = serializers.ChoiceField(
        choices=["frio", "morno", "quente"],
        allow_blank=True,
        required=False,
        error_messages={"invalid_choice": "One of frio, morno, quente."},
    )
    price_exception = _Prices(required=False, help_text="Prices in BRL that may be told to a cold lead, by code.")


class ReviewRequestSerializer(serializers.Serializer[Any]):
    text = _Text()
    context = ReviewContextSerializer(required=False)  # type: ignore[assignment]  # shadows a property nobody needs


class ViolationSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    reason = serializers.CharField(help_text="Portuguese, for a manager.")
    spans = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField(), min_length=2, max_length=2),
        help_text="[start, end] in code points of the text, end exclusive.",
    )


class VerdictSerializer(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
    violations = ViolationSerializer(many=True)


_EXAMPLE_TEXT = "A FB300 custa R$ 18.900,00."
_EXAMPLES = [
    OpenApiExample(
        "A price for a warm lead",
        value={"text": _EXAMPLE_TEXT, "context": {"lead_last": "quanto custa?", "temperature": "morno"}},
        request_only=True,
    ),
    OpenApiExample(
        "Refused",
        value={
            "ok": False,
            "violations": [
                {
                    "kind": "price",
                    "reason": "Informa um valor em dinheiro; preço só o consultor passa.",
                    "spans": [[14, 26]],
                }
            ],
        },
        response_only=True,
        status_codes=["200"],
    ),
]


class GuardrailReview(APIView):
    """Hold a text against the guardrails. Nothing is stored and no model is asked."""

    scope = Scope.READ

    @extend_schema(
        operation_id="guardrails_review",
        request=ReviewRequestSerializer,
        responses={
            200: VerdictSerializer,
            400: OpenApiResponse(description="application/problem+json with `errors` by field."),
        },
        examples=_EXAMPLES,
    )
    def post(self, request: Request) -> Response:
        asked = ReviewRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        # Before the first seed the tables are empty, and statements would pass unchecked.
        products = queries.products() or shipped_products()
        context = wire.context_from(asked.validated_data.get("context", {}), products)
        return Response(_answer(review(asked.validated_data["text"], context)))


def _answer(verdict: Verdict) -> dict[str, Any]:
    return {
        "ok": verdict.ok,
        "violations": [
            {
                "kind": violation.kind.value,
                "reason": violation.reason,
                "spans": [[span.start, span.end] for span in violation.spans],
            }
            for violation in verdict.violations
        ],
    }
