from django.urls import path

from seleto.api import answers, leads, talks

urlpatterns = [
    path("leads", leads.Leads.as_view(), name="api-leads"),
    path("leads/<uuid:pk>", leads.OneLead.as_view(), name="api-lead"),
    path("empresas", leads.Empresas.as_view(), name="api-empresas"),
    path("empresas/<uuid:pk>", leads.OneEmpresa.as_view(), name="api-empresa"),
    path("orcamentos", leads.Orcamentos.as_view(), name="api-orcamentos"),
    path("orcamentos/<uuid:pk>", leads.OneOrcamento.as_view(), name="api-orcamento"),
    path("conversations", talks.Talks.as_view(), name="api-conversations"),
    path("conversations/<uuid:pk>", talks.OneTalk.as_view(), name="api-conversation"),
    path("conversations/<uuid:conversation_id>/messages", talks.Spoken.as_view(), name="api-messages"),
    path("conversations/<uuid:conversation_id>/handoff", talks.HandOver.as_view(), name="api-hand-over"),
    path("handoffs", talks.Handed.as_view(), name="api-handoffs"),
    path("handoffs/<uuid:pk>", talks.OneHanded.as_view(), name="api-handoff"),
    path("knowledge/search", answers.KnowledgeSearch.as_view(), name="api-knowledge-search"),
    path("metrics/summary", answers.Summary.as_view(), name="api-metrics-summary"),
]
