"""What the agent hands out besides words: catalogues, data sheets and photos, of a product or of the company."""

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q

from conversations.models.channel import Channel
from knowledge.models import Product
from seleto.lib.ids import new_id

# Both providers cut longer ones; an honest caption is a sentence.
CAPTION_MAX_CHARS = 300


class Handout(models.Model):
    """A file that managers keep for leads. Without a product it is the company's.

    ``mime`` is what the bytes say; the file lies below MEDIA_ROOT, and what was sent of it stays when this row goes.
    """

    class Kind(models.TextChoices):
        CATALOGUE = "catalogue", "catálogo"
        DATASHEET = "datasheet", "ficha técnica"
        PHOTO = "photo", "foto"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    product = models.ForeignKey(
        Product,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="handouts",
        verbose_name="produto",
        help_text="vazio: é da empresa toda",
    )
    kind = models.CharField("o que é", max_length=10, choices=Kind)
    title = models.CharField("título", max_length=80, help_text="é assim que o agente se refere ao arquivo")
    caption = models.TextField(
        "legenda",
        blank=True,
        validators=[MaxLengthValidator(CAPTION_MAX_CHARS)],
        help_text="vai com o arquivo e segue as mesmas regras das respostas; pode ficar vazia",
    )
    on_request = models.BooleanField("enviar quando o lead pede", default=True)
    on_farewell = models.BooleanField("enviar na despedida de um lead frio", default=False)
    active = models.BooleanField("em uso", default=True)
    filename = models.CharField("nome do arquivo", max_length=200)
    mime = models.CharField("conteúdo", max_length=100, editable=False)
    size = models.PositiveBigIntegerField("tamanho (bytes)", editable=False)
    sha256 = models.CharField("resumo", max_length=64, editable=False)
    path = models.CharField("guardado em", max_length=80, editable=False)
    created_at = models.DateTimeField("registrado em", auto_now_add=True)
    updated_at = models.DateTimeField("alterado em", auto_now=True)

    class Meta:
        verbose_name = "arquivo para leads"
        verbose_name_plural = "arquivos para leads"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["catalogue", "datasheet", "photo"]), name="handout_kind_known"
            ),
            models.CheckConstraint(condition=~Q(path="") & ~Q(mime="") & ~Q(sha256=""), name="handout_has_a_file"),
            models.UniqueConstraint(
                fields=["product", "kind", "sha256"], nulls_distinct=False, name="handout_once_per_product"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Upload(models.Model):
    """A file the provider keeps for us: sent by its id until that expires."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+", verbose_name="canal")
    sha256 = models.CharField("resumo", max_length=64)
    remote_id = models.CharField("id no provedor", max_length=200)
    expires_at = models.DateTimeField("vale até")

    class Meta:
        verbose_name = "arquivo no provedor"
        verbose_name_plural = "arquivos no provedor"
        constraints = [models.UniqueConstraint(fields=["channel", "sha256"], name="upload_once_per_channel")]

    def __str__(self) -> str:
        return f"arquivo {self.sha256[:6]}"
