"""Knowledge as spreadsheets: which columns, by which key a line finds its row, and what refuses it.

A line passes the same checks as the row's form. A column that is not in the file stays as it is; one that nobody
knows refuses the file, as a misspelt heading would be passed over in silence.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from knowledge.models import Article, Phrase, Product, ProductAttribute, Synonym
from knowledge.prompt_diff import Piece, word_by_word
from knowledge.sheet_cells import Choice, Number, Text, plain, widget
from seleto.lib.text.fold import fold
from seleto.lib.text.numbers import Kind, find_quantities

if TYPE_CHECKING:  # shipped without types
    _Resource = Any
    _Diff = Any
    Field = Any
else:
    from import_export.fields import Field
    from import_export.resources import Diff as _Diff
    from import_export.resources import ModelResource as _Resource

IMPORTED = "importado de planilha"


class SheetDiff(_Diff):  # type: ignore[misc]  # Any for the type checker only
    """What a line changes, word by word."""

    def as_html(self) -> list[tuple[str, tuple[Piece, ...], tuple[Piece, ...]]]:
        former = [""] * len(self.left) if self.new else self.left
        return [
            (field.column_name, *word_by_word(str(old or "–"), str(new or "–")))
            for field, old, new in zip(self.fields, former, self.right, strict=True)
            if field.attribute and str(old or "") != str(new or "")
        ]

    def __init__(self, resource: Any, instance: models.Model, new: bool) -> None:
        super().__init__(resource, instance, new)
        self.fields = resource.get_import_fields()


class Sheet(_Resource):  # type: ignore[misc]  # Any for the type checker only
    """One table. ``keys`` are the columns that a line is known by; ``named_by`` those that name it in the preview."""

    title = ""
    keys: Sequence[str] = ()
    named_by: Sequence[str] = ()

    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        store_row_values = True
        use_transactions = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seen: dict[tuple[str, ...], int] = {}

    @classmethod
    def field_from_django_field(cls, field_name: str, django_field: Any, readonly: bool) -> Any:
        return Field(
            attribute=field_name,
            column_name=str(django_field.verbose_name),
            widget=widget(django_field),
            readonly=readonly,
        )

    @classmethod
    def get_display_name(cls) -> str:
        return cls.title

    @classmethod
    def get_diff_class(cls) -> type[SheetDiff]:
        return SheetDiff

    def get_import_id_fields(self) -> list[str]:
        """None for the package: rows are found, and columns checked, here."""
        return []

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        """Headings whatever their case and accents."""
        known = {fold(field.column_name): field.column_name for field in self.get_import_fields()}
        if odd := [name for name in dataset.headers if fold(name) not in known]:
            raise ValidationError(f"Coluna desconhecida: “{odd[0][:60]}”. As colunas são: {', '.join(known.values())}.")
        dataset.headers = [known[fold(name)] for name in dataset.headers]
        if twice := [name for name in known.values() if dataset.headers.count(name) > 1]:
            raise ValidationError(f"A coluna “{twice[0]}” aparece duas vezes.")
        if missing := [name for name in self.keys if name not in dataset.headers]:
            raise ValidationError(f"Falta a coluna “{missing[0]}”.")

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        key = tuple(plain(row.get(name)) for name in self.keys)
        if not any(key):
            return
        line = kwargs["row_number"] + 1
        if key in self.seen:
            raise ValidationError(f"Repete a linha {self.seen[key]} da planilha.")
        self.seen[key] = line

    def get_instance(self, instance_loader: Any, row: Any) -> Any:
        return self.found({name: plain(row.get(name)) for name in row})

    def found(self, cells: dict[str, str]) -> models.Model | None:
        """The row that a line is about; None for a new one. Raises ``ValidationError`` when the key means nothing."""
        raise NotImplementedError

    def import_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        texts = [field.attribute for field in self.get_import_fields() if type(field.widget) is Text]
        former = {name: getattr(instance, name) for name in texts if name}
        errors: dict[str, Any] = {}
        try:
            super().import_instance(instance, row, **kwargs)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        for field in self.get_import_fields():
            try:
                if getattr(field.widget, "model", None) and field.column_name in row:
                    field.clean(row)
            except ValueError as error:
                errors[field.attribute] = [ValidationError(str(error))]
        for name, value in former.items():  # blanks and line ends that a program put there are no change
            if plain(value) == plain(getattr(instance, name)):
                setattr(instance, name, value)
        if errors:
            raise ValidationError(errors)

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """As the form does; and prices have their own page, with their validity and their policy."""
        errors = dict(import_validation_errors or {})
        for field in self.get_import_fields():
            if type(field.widget) is Text and field.attribute not in errors:
                text = str(getattr(instance, field.attribute or "", "") or "")
                if price := next((one for one in find_quantities(text) if one.kind is Kind.MONEY), None):
                    errors[field.attribute] = [
                        ValidationError(
                            f"Tem um preço (“{text[price.start : price.end]}”). Preços se cadastram só na política de"
                            " preço, uma a uma."
                        )
                    ]
        super().validate_instance(instance, errors, validate_unique)

    def import_row(self, row: Any, instance_loader: Any, **kwargs: Any) -> Any:
        """With what the preview needs to name the line and its columns."""
        result = super().import_row(row, instance_loader, **kwargs)
        result.named_by = self.named_by
        result.labels = {field.attribute: field.column_name for field in self.get_import_fields()}
        return result

    def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        instance._change_reason = IMPORTED


class ProductSheet(Sheet):
    title = "Produtos"
    keys = named_by = ("código",)

    class Meta:
        model = Product
        fields = ("code", "name", "description", "aliases", "available")

    def found(self, cells: dict[str, str]) -> Product | None:
        return Product.objects.filter(pk=cells["código"]).first()


class AttributeSheet(Sheet):
    """A product may have several attributes of one name: ``ordem`` counts them."""

    title = "Atributos dos produtos"
    keys = ("produto", "atributo", "ordem")
    named_by = ("produto", "atributo")
    nth = Field(column_name="ordem", readonly=True)

    class Meta:
        model = ProductAttribute
        fields = ("product", "name", "nth", "low", "high", "unit", "values", "text")

    def found(self, cells: dict[str, str]) -> ProductAttribute | None:
        name = Choice(ProductAttribute._meta.get_field("name"))
        try:
            of_name = ProductAttribute.objects.filter(product=cells["produto"], name=name.clean(cells["atributo"]))
            place = int(Number().clean(cells["ordem"] or "1") or 0)
        except ValueError as error:
            raise ValidationError(str(error)) from None
        rows = list(of_name.order_by("pk"))
        if not 1 <= place <= len(rows) + 1:
            raise ValidationError(f"Ordem: de 1 a {len(rows) + 1}.")
        return rows[place - 1] if place <= len(rows) else None

    def filter_export(self, queryset: QuerySet[Any], **kwargs: Any) -> Any:
        """The attributes of the listed products."""
        place = Window(RowNumber(), partition_by=[F("product"), F("name")], order_by="pk")
        rows = ProductAttribute.objects.filter(product__in=list(queryset)).select_related("product")
        return rows.annotate(place=place).order_by("product", "pk")

    def dehydrate_nth(self, row: Any) -> int | str:
        return getattr(row, "place", "")


class ArticleSheet(Sheet):
    title = "Artigos"
    keys = named_by = ("código",)

    class Meta:
        model = Article
        fields = (
            "code", "title", "text", "products", "attributes", "use", "active", "owner", "source", "reviewed_on",
            "review_by",
        )  # fmt: skip

    def found(self, cells: dict[str, str]) -> Article | None:
        return Article.objects.filter(code=cells["código"]).first()

    def filter_export(self, queryset: QuerySet[Article], **kwargs: Any) -> QuerySet[Article]:
        return queryset.prefetch_related("products")


class SynonymSheet(Sheet):
    title = "Sinônimos"
    keys = named_by = ("termo do cliente",)

    class Meta:
        model = Synonym
        fields = ("term", "means")

    def found(self, cells: dict[str, str]) -> Synonym | None:
        return Synonym.objects.filter(term=cells["termo do cliente"]).first()


class PhraseSheet(Sheet):
    """The key is the shipped phrase's own, else its number here. Without one a line finds the same words, or is new."""

    title = "Frases aprovadas"
    keys = ("chave",)
    named_by = ("chave", "situação", "idioma")
    key = Field(column_name="chave", readonly=True)

    class Meta:
        model = Phrase
        fields = ("key", "situation", "language", "text", "active")

    def dehydrate_key(self, row: Phrase) -> str:
        return row.seed_key or f"frase-{row.pk}"

    def found(self, cells: dict[str, str]) -> Phrase | None:
        key = cells["chave"]
        situation, language = self._choice("situation", cells), self._choice("language", cells)
        if not key:
            return Phrase.objects.filter(
                situation=situation, language=language or "pt", text=cells.get("texto", "")
            ).first()
        number = key.removeprefix("frase-")
        by_number = key != number and number.isascii() and number.isdigit() and len(number) < 10
        row = Phrase.objects.filter(**({"pk": number, "seed_key": None} if by_number else {"seed_key": key})).first()
        # A number means another phrase elsewhere.
        if row is None or (by_number and (situation, language) != (row.situation, row.language)):
            raise ValidationError(
                f"Não há aqui, nesta situação e idioma, frase com a chave “{key[:60]}”. Deixe a chave vazia para criar."
            )
        return row

    @staticmethod
    def _choice(name: str, cells: dict[str, str]) -> str:
        field = Phrase._meta.get_field(name)
        try:
            return Choice(field).clean(cells.get(str(getattr(field, "verbose_name", "")), ""))
        except ValueError:
            return ""  # the column's own check tells
