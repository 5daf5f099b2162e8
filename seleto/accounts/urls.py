from django.urls import path

from seleto.accounts import views

urlpatterns = [
    path("segundo-fator/", views.show, name="second-factor"),
    path("segundo-fator/cadastrar/", views.enrol, name="second-factor-enrol"),
    path("segundo-fator/meu/", views.mine, name="second-factor-mine"),
    path("segundo-fator/codigos/", views.codes, name="second-factor-codes"),
    path("segundo-fator/sessoes/", views.end_sessions, name="second-factor-sessions"),
    path("segundo-fator/redefinir/<int:key>/", views.reset, name="second-factor-reset"),
    path("confirmar-senha/", views.prove, name="prove"),
]
