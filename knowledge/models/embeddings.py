"""What the embeddings endpoint said of an article."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from knowledge.models.products import Article


class ArticleEmbedding(models.Model):
    """The vector of one article's text, and the work of getting it (`knowledge/embeddings/stage.py`).

    An ordinary array, so that a database without pgvector migrates like any other; where the extension is there, an
    index over the array's cast to a vector type is added (`knowledge/embeddings/store.py`).
    """

    article = models.OneToOneField(Article, models.CASCADE, related_name="embedding", verbose_name="artigo")
    model = models.CharField("modelo", max_length=120, blank=True)
    dimensions = models.PositiveIntegerField("dimensões", default=0)
    # md5 of the text that was sent: another text, another model or another size makes the article due again.
    digest = models.CharField("texto lido", max_length=32, blank=True)
    vector = ArrayField(models.FloatField(), null=True, verbose_name="vetor")
    # Why this very text has no vector; it is not sent again until it changes.
    reason = models.CharField("motivo", max_length=80, blank=True)
    attempts = models.PositiveIntegerField("tentativas", default=0)
    due_at = models.DateTimeField("próxima tentativa")
    leased_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "vetor de artigo"
        verbose_name_plural = "vetores de artigos"
        constraints = [
            models.CheckConstraint(
                condition=Q(vector__isnull=True) | Q(vector__len=F("dimensions")), name="embedding_has_its_dimensions"
            ),
            models.CheckConstraint(condition=Q(vector__isnull=True) | Q(reason=""), name="embedding_or_its_reason"),
        ]

    def __str__(self) -> str:
        return f"embedding {self.article_id}"
