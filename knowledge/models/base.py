"""What rows that may come from the repository's source files have in common."""

from django.db import models


class Seeded(models.Model):
    """A row that may come from a source file; the checksum is of what the last load wrote, empty when made by hand."""

    seed_checksum = models.CharField("origem carregada", max_length=64, blank=True, default="", editable=False)
    updated_at = models.DateTimeField("alterado em", auto_now=True)

    class Meta:
        abstract = True
