"""Where providers deliver."""

from django.urls import path

from conversations.webhooks import zapi

urlpatterns = [
    path("zapi/<slug:channel>/<str:secret>/", zapi.receive, name="webhook-zapi"),
]
