"""The last message that one number of the company sent to another, to see whether it arrives."""

from django.db import models

from conversations.models.channel import Channel


class Canary(models.Model):
    """One row per channel that listens. ``heard_at`` is the last time that anything of another number was heard."""

    channel = models.OneToOneField(Channel, models.CASCADE, related_name="canary", verbose_name="canal que ouve")
    sent_at = models.DateTimeField("enviada em", null=True, blank=True)
    heard_at = models.DateTimeField("ouvida em", null=True, blank=True)

    class Meta:
        verbose_name = "mensagem de teste"
        verbose_name_plural = "mensagens de teste"
        default_permissions = ()

    def __str__(self) -> str:
        return f"mensagem de teste ao canal {self.channel.slug}"
