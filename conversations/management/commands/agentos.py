"""`manage.py agentos`: the agent behind Agno's AgentOS, as a process of its own."""

from argparse import ArgumentParser
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Mostra o agente pelo AgentOS do Agno, só com uma chave da API; nada é gravado nem enviado a leads."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8020)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        if not settings.AGENTOS:
            raise CommandError("Desligado: ponha AGENTOS=on para abrir esta porta.", returncode=2)
        if not all(map(find_spec, ("fastapi", "uvicorn"))):
            raise CommandError("Falta o extra: pip install 'seleto[agentos]'.", returncode=2)
        import uvicorn

        from conversations.agent.agentos import application

        uvicorn.run(application(), host=host, port=port, log_level="warning", access_log=False)
