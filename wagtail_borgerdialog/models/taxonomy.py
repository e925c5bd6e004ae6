"""Where and what about: districts and categories."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.coreutils import get_supported_content_language_variant
from wagtail.models import TranslatableMixin


def validate_geojson(value: object) -> None:
    """Raise ``ValidationError`` unless ``value`` is a GeoJSON (RFC 7946) area."""
    from wagtail_borgerdialog.geo import shape_of

    try:
        shape_of(value)
    except ValueError as error:
        raise ValidationError(
            _("This is not an area in GeoJSON. %(error)s"), params={"error": error}
        ) from error


class Area(models.Model):
    """A district, as the municipality draws it."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    slug = models.SlugField(max_length=100, unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    boundary = models.JSONField(
        _("boundary"),
        null=True,
        blank=True,
        validators=[validate_geojson],
        help_text=_(
            "GeoJSON in degrees (EPSG:4326), as a map program saves it. It lets a point on the map "
            "find its district."
        ),
    )

    class Meta:
        verbose_name = _("district")
        verbose_name_plural = _("districts")
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class Category(TranslatableMixin, models.Model):
    """A subject that citizens choose, in the editors' languages."""

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(max_length=100)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["order", "name"]
        constraints = [
            models.UniqueConstraint(fields=["slug", "locale"], name="borgerdialog_category_slug"),
        ]

    def __str__(self) -> str:
        return self.name


def reader_language() -> str:
    """The language of the content that the reader gets; empty where the site has none like it."""
    try:
        return get_supported_content_language_variant(get_language())
    except LookupError:
        return ""


def name_for_reader(prefix: str = "") -> Coalesce:
    """A category's name (the category is at ``prefix``) in the reader's language, if it has one."""
    translations = Category.objects.filter(
        translation_key=OuterRef(f"{prefix}translation_key"),
        locale__language_code=reader_language(),
    )
    return Coalesce(Subquery(translations.order_by().values("name")[:1]), F(f"{prefix}name"))
