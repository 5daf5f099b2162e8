"""``--dry-run``: do it all, look at the outcome, and take it back."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def rehearsal(dry_run: bool) -> Iterator[None]:
    """With ``dry_run`` everything written inside, wakes included, is rolled back at the end."""
    if not dry_run:
        yield
        return
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
