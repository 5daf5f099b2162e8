from django.urls import path

from conversations.api import views

urlpatterns = [
    path("conversations", views.ConversationList.as_view(), name="api-conversations"),
    path("conversations/<uuid:conversation_id>/timeline", views.Timeline.as_view(), name="api-timeline"),
]
