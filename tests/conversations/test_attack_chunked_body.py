"""I1: a body sent in chunks is read, never thrown away and kept as an empty row."""

import io
import json

import pytest
from django.core.handlers.wsgi import WSGIHandler

from conversations.models import Event
from tests import zapi
from tests.factories import SECRET

pytestmark = pytest.mark.django_db(transaction=True)


def test_chunked_body(channel):
    body = json.dumps(zapi.received("Oi")).encode()
    # exactly what gunicorn hands over for a chunked request: no CONTENT_LENGTH, a terminated input
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": f"/webhooks/zapi/principal/{SECRET}/",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_HOST": "localhost",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": "application/json",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(),
        "wsgi.version": (1, 0),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "QUERY_STRING": "",
    }
    got = []
    WSGIHandler()(environ, lambda status, headers: got.append(status))
    assert got[0].startswith(("200", "411"))
    if got[0].startswith("200"):
        assert bytes(Event.objects.get().body) == body
