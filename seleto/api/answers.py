"""What the agent would find, and how things go."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from knowledge import queries, search
from knowledge.search.answers import Kind
from seleto.api import examples
from seleto.backoffice import home
from seleto.lib import clock
from seleto.lib.tokens import Scope


@examples.sent(examples.QUESTION)
class QuestionSerializer(serializers.Serializer[Any]):
    question = serializers.CharField(max_length=1000)
    limit = serializers.IntegerField(min_value=1, max_value=20, default=5)


class FoundSerializer(serializers.Serializer[Any]):
    article = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()
    product = serializers.CharField(help_text="Empty for what holds for all machines.")
    score = serializers.FloatField()


@examples.received(examples.ANSWER)
class AnswerSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(
        choices=[str(kind) for kind in Kind],
        help_text="fact: the articles answer it; commercial: for the consultant; gap: nothing here does.",
    )
    products = serializers.ListField(child=serializers.CharField())
    results = FoundSerializer(many=True)


class KnowledgeSearch(APIView):
    """What the agent would find for a question. Nothing is stored."""

    scope = Scope.READ

    @extend_schema(request=QuestionSerializer, responses=AnswerSerializer)
    def post(self, request: Request) -> Response:
        asked = QuestionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        found = search.search(asked.validated_data["question"], limit=asked.validated_data["limit"])
        articles = {article.id: article for article in queries.articles()}
        results = [
            {
                "article": one.article,
                "title": articles[one.article].title,
                "text": articles[one.article].text,
                "product": one.product,
                "score": one.score,
            }
            for one in found.results
            if one.article in articles
        ]
        return Response({"kind": str(found.kind), "products": list(found.products), "results": results})


class PeriodSerializer(serializers.Serializer[Any]):
    days = serializers.IntegerField(min_value=1, max_value=366, default=30, help_text="Today among them.")


class FunnelStepSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    count = serializers.IntegerField()
    share = serializers.FloatField()


class SpreadSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    p50 = serializers.FloatField(allow_null=True)
    p95 = serializers.FloatField(allow_null=True)


@examples.received(examples.SUMMARY)
class SummarySerializer(serializers.Serializer[Any]):
    since = serializers.DateTimeField()
    funnel = FunnelStepSerializer(many=True)
    first_answer_s = SpreadSerializer()
    hot_waiting = serializers.IntegerField()
    open_questions = serializers.IntegerField()
    stuck = serializers.DictField(child=serializers.IntegerField())
    spent_usd = serializers.DecimalField(max_digits=12, decimal_places=4)


class Summary(APIView):
    """The figures of the admin's first page."""

    @extend_schema(parameters=[PeriodSerializer], responses=SummarySerializer)
    def get(self, request: Request) -> Response:
        asked = PeriodSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        now = clock.now()
        today = home.Scope(now.date(), now.date(), now).today
        scope = home.Scope(today - timedelta(days=asked.validated_data["days"] - 1), today, now)
        told = {
            "since": scope.begins,
            "funnel": [asdict(step) for step in home.funnel(scope)],
            "first_answer_s": asdict(home.first_answers(scope)),
            "hot_waiting": home.waiting_hot(scope).count,
            "open_questions": home.open_questions().count,
            "stuck": home.stuck(scope),
            "spent_usd": home.spend(scope, qualified=0).spent,
        }
        return Response(SummarySerializer(told).data)
