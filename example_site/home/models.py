from wagtail.models import Page

from example_site.home.mixins import HomePageMixin


class HomePage(HomePageMixin, Page):
    content_panels = [*Page.content_panels, *HomePageMixin.panels_of_home]

    class Meta:
        verbose_name = "forside"
        verbose_name_plural = "forsider"


class TextPage(HomePageMixin, Page):
    """An ordinary page: the rules of the house, and whatever else has to be said."""

    template = "home/text_page.html"
    content_panels = [*Page.content_panels, *HomePageMixin.panels_of_home]

    class Meta:
        verbose_name = "tekstside"
        verbose_name_plural = "tekstsider"
