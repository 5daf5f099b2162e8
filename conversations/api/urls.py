from django.urls import path

from conversations.api import guardrails, views

urlpatterns = [
    path("conversations/<uuid:conversation_id>/timeline", views.Timeline.as_view(), name="api-timeline"),
    path("conversations/<uuid:conversation_id>/resume", views.Resume.as_view(), name="api-resume"),
    path("conversations/<uuid:conversation_id>/pause", views.Pause.as_view(), name="api-pause"),
    path("guardrails/review", guardrails.GuardrailReview.as_view(), name="api-guardrails-review"),
]
