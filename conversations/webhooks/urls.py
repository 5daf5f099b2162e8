"""Where providers deliver."""

from django.urls import path

from conversations.webhooks import chatwoot, zapi

urlpatterns = [
    path("zapi/<slug:channel>/<str:secret>/", zapi.receive, name="webhook-zapi"),
    path("chatwoot/<slug:channel>/<str:secret>/", chatwoot.receive, name="webhook-chatwoot"),
]
