"""Where providers deliver."""

from django.urls import path

from conversations.webhooks import chatwoot, whatsapp, zapi

urlpatterns = [
    path("zapi/<slug:channel>/<str:secret>/", zapi.receive, name="webhook-zapi"),
    path("whatsapp/<slug:channel>/", whatsapp.receive, name="webhook-whatsapp"),
    path("chatwoot/<slug:channel>/<str:secret>/", chatwoot.receive, name="webhook-chatwoot"),
]
