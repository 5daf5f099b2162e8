"""The floor that Django itself sets: one view without middleware that stores the body by one INSERT and answers.

Served by the same gunicorn with the same options as the product. ``BENCH_FLOOR_URL`` is the database's address.
"""

import os
from urllib.parse import unquote

import django
import environ
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

_database = environ.Env.db_url_config(os.environ["BENCH_FLOOR_URL"])
settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    # The host may be a directory, with its slashes written as %2F.
    DATABASES={"default": {**_database, "HOST": unquote(_database["HOST"]), "CONN_MAX_AGE": None}},
    MIDDLEWARE=[],
    ROOT_URLCONF=__name__,
    SECRET_KEY="a floor has no secrets",  # noqa: S106 # pragma: allowlist secret
    USE_TZ=True,
)
django.setup()


@csrf_exempt
def receive(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_floor (body) VALUES (%s)", [request.body])
    return HttpResponse(status=200)


urlpatterns = [path("webhook", receive)]
application = get_wsgi_application()
