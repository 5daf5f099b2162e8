"""What the commands of a data subject's rights share: whose request it is, and how they end."""

from argparse import ArgumentParser
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from leads.models import SubjectRequest

ACTOR = "sistema"


class SubjectCommand(BaseCommand):
    """Works on one request: exit 0 done, 1 refused, 2 wrong usage."""

    kinds: tuple[SubjectRequest.Kind, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("request", type=_uuid, help="id do pedido de titular (subject_request list mostra)")

    def asked(self, key: UUID) -> SubjectRequest:
        row = SubjectRequest.objects.filter(pk=key).first()
        if row is None:
            raise CommandError("Não há pedido com este id.")
        if self.kinds and row.kind not in self.kinds:
            raise CommandError(f"Este pedido é de {row.get_kind_display()}.", returncode=2)
        return row


def _uuid(value: str) -> UUID:
    return UUID(value)
