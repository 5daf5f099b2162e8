"""Traces of OpenTelemetry: what one message cost, from the webhook to the send, over every process it passed.

Off, and free of charge, unless ``OTEL_EXPORTER_OTLP_ENDPOINT`` is set; it needs the extra ``seleto[tracing]``. The
exporter's own variables, as ``OTEL_EXPORTER_OTLP_HEADERS``, hold. All traces are told: thinning them is the collector's
work, as the samplers here expect other numbers than ours.

A trace has the correlation id for its number, so no row has to carry anything more to tie processes together. Names
and attributes are constant words, codes and counts: never an address, a path, a person or a text.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

import httpx
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from seleto.lib import correlation

# How long a finished span waits for others before they are sent together, in milliseconds.
_BATCH_MS = 1000
_tracer: Any = None
# The span to come is the first of its trace: it takes the number that spans of other processes call their parent.
_first: ContextVar[bool] = ContextVar("seleto_first_span", default=False)


def on() -> bool:
    return bool(settings.TRACES_ENDPOINT)


@contextmanager
def work(name: str, correlation_id: str) -> Iterator[None]:
    """A unit of work under the id its row carried here: ``correlation.bound``, and a span where traces are on."""
    with correlation.bound(correlation_id), span(name):
        yield


@contextmanager
def span(name: str, kind: str = "INTERNAL", **attributes: str | int) -> Iterator[Any]:
    """A part of the work in hand, as a block or a decorator; yields the span, None where traces are off."""
    if not on():
        yield None
        return
    from opentelemetry import trace

    parent = None
    # Without a span around it the work came from another process, by way of a row.
    if not trace.get_current_span().get_span_context().is_valid and not _first.get():
        parent = _of_another_process(correlation.current())
    with _of_this_process().start_as_current_span(
        name,
        context=parent,
        kind=trace.SpanKind[kind],
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        try:
            yield current
        except Exception as error:
            # Its type alone: the text of an exception may hold what a lead wrote.
            current.set_status(trace.StatusCode.ERROR, type(error).__name__)
            raise


def _of_another_process(correlation_id: str) -> Any:
    """The first span of the trace as a parent: it was made where the message came in."""
    from opentelemetry import trace

    number = _number(correlation_id)
    if not number:
        return None
    flags = trace.TraceFlags(trace.TraceFlags.SAMPLED)
    root = trace.SpanContext(number, _root(number), is_remote=True, trace_flags=flags)
    return trace.set_span_in_context(trace.NonRecordingSpan(root))


def _number(correlation_id: str) -> int:
    try:
        return UUID(correlation_id).int
    except ValueError:
        return 0


def _root(number: int) -> int:
    """The random half of a UUIDv7 (RFC 9562, 5.7)."""
    return number & (2**64 - 1)


def _of_this_process() -> Any:
    """The process's tracer; made when it is first needed, so that every fork has its own."""
    global _tracer
    if _tracer is None:
        _tracer = _tracer_made()
    return _tracer


def _tracer_made() -> Any:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
    from opentelemetry.sdk.trace.sampling import ALWAYS_ON

    class Numbers(RandomIdGenerator):
        """A trace begins under the correlation id."""

        def generate_trace_id(self) -> int:
            return _number(correlation.current()) or super().generate_trace_id()

        def generate_span_id(self) -> int:
            if _first.get():
                _first.set(False)
                return _root(_number(correlation.current()))
            return super().generate_span_id()

    process = Resource.create({"service.name": "seleto", "process.pid": os.getpid()})
    provider = TracerProvider(resource=process, id_generator=Numbers(), sampler=ALWAYS_ON)
    exporter = OTLPSpanExporter(endpoint=settings.TRACES_ENDPOINT, timeout=settings.TRACES_TIMEOUT_S)
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=_BATCH_MS))
    return provider.get_tracer("seleto")


class TracingMiddleware:
    """The first span of a trace: a request, named by its route. Stands right after `correlation`'s middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not on():
            return self.get_response(request)
        token = _first.set(True)
        try:
            with span(request.method or "", "SERVER") as current:
                response = self.get_response(request)
                route = request.resolver_match.route if request.resolver_match else ""
                current.update_name(f"{request.method} /{route}")
                current.set_attribute("http.response.status_code", response.status_code)
        finally:
            _first.reset(token)
        return response


class TracedTransport(httpx.BaseTransport):
    """A call to an outside system as a span named after the client; its address stays out, as it may hold a token."""

    def __init__(self, name: str, inner: httpx.BaseTransport) -> None:
        self._name, self._inner = name, inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with span(f"http {self._name}", "CLIENT", **{"http.request.method": request.method}) as current:
            response = self._inner.handle_request(request)
            current.set_attribute("http.response.status_code", response.status_code)
        return response

    def close(self) -> None:
        self._inner.close()


def _forget_tracer() -> None:
    global _tracer
    _tracer = None


os.register_at_fork(after_in_child=_forget_tracer)
