from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.blocks import CharBlock, RichTextBlock
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageBlock


class HomePageMixin(models.Model):
    """What a front page holds, over whichever base page the site has."""

    intro = models.TextField("indledning", blank=True)
    body = StreamField(
        [
            ("heading", CharBlock(label="Overskrift")),
            ("paragraph", RichTextBlock(label="Tekst", features=["bold", "link", "ul", "ol"])),
            ("image", ImageBlock(label="Billede")),
        ],
        blank=True,
        verbose_name="indhold",
    )

    panels_of_home = [FieldPanel("intro"), FieldPanel("body")]

    class Meta:
        abstract = True
