"""What we sell and what may be said about it."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from knowledge.catalogue import ATTRIBUTE_LABELS, ArticleFacts, Attribute, ProductFacts
from knowledge.models.base import Seeded
from knowledge.models.history import History
from seleto.lib.ids import new_id


class Product(Seeded):
    code = models.CharField("código", max_length=20, primary_key=True)
    name = models.CharField("nome", max_length=80)
    description = models.CharField("descrição", max_length=200, blank=True)
    aliases = models.TextField("apelidos", blank=True, help_text="Um por linha: como os clientes chamam a máquina.")
    available = models.BooleanField("disponível", default=True)
    history = History()

    class Meta:
        verbose_name = "produto"
        verbose_name_plural = "produtos"
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z0-9_]+$"),
                name="product_code_form",
                violation_error_message="O código usa letras maiúsculas sem acento, números e sublinhado.",
            )
        ]

    def __str__(self) -> str:
        return self.code

    def facts(self) -> ProductFacts:
        """The row as values; reads `attributes`, so prefetch them for many products."""
        return ProductFacts(
            code=self.code,
            name=self.name,
            aliases=tuple(line.strip() for line in self.aliases.splitlines() if line.strip()),
            available=self.available,
            # In the order of the source; the database promises none.
            attributes=tuple(row.facts() for row in sorted(self.attributes.all(), key=lambda row: row.pk)),
            description=self.description,
        )


class ProductAttribute(models.Model):
    """One structured fact of a product; answers and the contradiction check both read it."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="attributes", verbose_name="produto")
    name = models.CharField("atributo", max_length=30, choices=sorted(ATTRIBUTE_LABELS.items()))
    low = models.DecimalField("mínimo", max_digits=12, decimal_places=3, null=True, blank=True)
    high = models.DecimalField("máximo", max_digits=12, decimal_places=3, null=True, blank=True)
    unit = models.CharField("unidade", max_length=40, blank=True)
    values = models.CharField(
        "valores possíveis", max_length=120, blank=True, help_text="Números separados por espaço, por exemplo: 7 15 23"
    )
    text = models.CharField("como se diz", max_length=200)
    history = History()

    class Meta:
        verbose_name = "atributo do produto"
        verbose_name_plural = "atributos do produto"
        constraints = [
            models.CheckConstraint(condition=Q(name__in=sorted(ATTRIBUTE_LABELS)), name="attribute_name_known"),
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(low__lte=models.F("high")),
                name="attribute_range",
                violation_error_message="O mínimo não pode passar do máximo.",
            ),
            models.CheckConstraint(
                condition=Q(values__regex=r"^([0-9]+([.][0-9]+)?( [0-9]+([.][0-9]+)?)*)?$"),
                name="attribute_values_form",
                violation_error_message="Valores possíveis: só números separados por um espaço.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.name}"

    def facts(self) -> Attribute:
        return Attribute(
            name=self.name,
            low=self.low.normalize() if self.low is not None else None,
            high=self.high.normalize() if self.high is not None else None,
            unit=self.unit,
            values=tuple(Decimal(value) for value in self.values.split()),
            text=self.text,
        )


class Article(Seeded):
    """One statement that may be cited by its code. Only sayable, active ones reach a search result or a brief."""

    class Use(models.TextChoices):
        SAYABLE = "sayable", "pode ser dito ao cliente"
        INTERNAL = "internal", "interno, só para a equipe"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField("código", max_length=60, unique=True)
    title = models.CharField("título", max_length=120)
    text = models.TextField("texto", max_length=600)
    products = models.ManyToManyField(Product, blank=True, related_name="articles", verbose_name="produtos")
    attributes = models.CharField("atributos de que trata", max_length=200, blank=True)
    use = models.CharField("uso", max_length=10, choices=Use.choices, default=Use.SAYABLE)
    active = models.BooleanField("ativo", default=True)
    owner = models.CharField("responsável", max_length=80, blank=True)
    source = models.CharField("fonte", max_length=200, blank=True)
    reviewed_on = models.DateField("revisado em", null=True, blank=True)
    review_by = models.DateField(
        "rever até", null=True, blank=True, help_text="Vazio: 180 dias depois da última revisão."
    )
    history = History(m2m_fields=[products])

    class Meta:
        verbose_name = "artigo"
        verbose_name_plural = "artigos"
        permissions = [("publish_knowledge", "Pode publicar conhecimento")]
        constraints = [
            models.CheckConstraint(condition=Q(use__in=["sayable", "internal"]), name="article_use_known"),
            models.CheckConstraint(condition=~Q(text=""), name="article_text_present"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[a-z0-9_.-]+$"),
                name="article_code_form",
                violation_error_message="O código usa letras minúsculas sem acento, números, ponto e hífen.",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def facts(self) -> ArticleFacts:
        """The row as values; reads `products`, so prefetch them for many articles."""
        return ArticleFacts(
            id=self.code,
            title=self.title,
            text=self.text,
            products=tuple(product.code for product in self.products.all()),
            sayable=self.use == self.Use.SAYABLE,
            attributes=tuple(self.attributes.split()),
            owner=self.owner,
            source=self.source,
            reviewed_on=self.reviewed_on,
        )


class Synonym(Seeded):
    """What customers say for what the articles say ("burger" means "hambúrguer")."""

    term = models.CharField("termo do cliente", max_length=60, unique=True)
    means = models.CharField("termo dos artigos", max_length=60)
    history = History()

    class Meta:
        verbose_name = "sinônimo"
        verbose_name_plural = "sinônimos"

    def __str__(self) -> str:
        return f"{self.term} = {self.means}"


class Gap(models.Model):
    """A question the knowledge base could not answer, counted; the answer becomes an article."""

    class Status(models.TextChoices):
        OPEN = "open", "em aberto"
        ANSWERED = "answered", "respondida"
        DISMISSED = "dismissed", "descartada"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    question = models.TextField("pergunta", max_length=500)
    key = models.CharField("palavras", max_length=230, unique=True, editable=False)
    product = models.ForeignKey(
        Product, models.SET_NULL, null=True, blank=True, related_name="gaps", verbose_name="produto"
    )
    count = models.PositiveIntegerField("vezes perguntada", default=1)
    first_asked_at = models.DateTimeField("primeira vez")
    last_asked_at = models.DateTimeField("última vez")
    status = models.CharField("estado", max_length=10, choices=Status.choices, default=Status.OPEN)
    answer = models.TextField("resposta", max_length=600, blank=True)
    article = models.OneToOneField(
        Article,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="gap",
        verbose_name="artigo criado",
        editable=False,
    )

    class Meta:
        verbose_name = "pergunta sem resposta"
        verbose_name_plural = "perguntas sem resposta"
        constraints = [
            models.CheckConstraint(condition=Q(status__in=["open", "answered", "dismissed"]), name="gap_status_known"),
            models.CheckConstraint(condition=~Q(status="answered") | ~Q(answer=""), name="gap_answer_present"),
            models.CheckConstraint(condition=Q(count__gte=1), name="gap_count_positive"),
        ]

    def __str__(self) -> str:
        return f"pergunta {self.pk}"
