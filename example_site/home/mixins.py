from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.blocks import CharBlock, RichTextBlock
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageBlock


class HomePageMixin(models.Model):
    """What a front page holds, over whichever base page the site has."""

    intro = models.TextField(_("introduction"), blank=True)
    body = StreamField(
        [
            ("heading", CharBlock(label=_("Heading"))),
            ("paragraph", RichTextBlock(label=_("Text"), features=["bold", "link", "ul", "ol"])),
            ("image", ImageBlock(label=_("Image"))),
        ],
        blank=True,
        verbose_name=_("content"),
    )

    template = "home/home_page.html"
    panels_of_home = [FieldPanel("intro"), FieldPanel("body")]

    class Meta:
        abstract = True
