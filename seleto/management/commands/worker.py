"""``manage.py worker``: everything that happens after a webhook was answered."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from seleto.lib import metrics
from seleto.lib.metrics_door import Door
from seleto.lib.supervisor import Supervisor


class Command(BaseCommand):
    help = "Runs the queue clusters that ingest, answer and deliver, and restarts whichever stops executing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--clusters",
            default=",".join(settings.QUEUE_WORKERS),
            help="comma-separated; the default is all: %(default)s",
        )

    def handle(self, *args: Any, clusters: str, **options: Any) -> None:
        names = [name.strip() for name in clusters.split(",") if name.strip()]
        unknown = sorted(set(names) - set(settings.QUEUE_WORKERS))
        if unknown or not names:
            raise CommandError(f"--clusters accepts some of: {', '.join(settings.QUEUE_WORKERS)}.", returncode=2)
        metrics.sweep()
        bind = settings.WORKER_METRICS_BIND
        door = Door(bind, token=settings.METRICS_TOKEN) if bind else None
        Supervisor({name: settings.QUEUE_WORKERS[name] for name in names}, door=door).run()
