"""Promises on any page that has a StreamField."""

from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.models import Site

from wagtail_borgerdialog.followup.ledger import GROUPS, first_promises, in_list
from wagtail_borgerdialog.followup.models import PromiseState


class PromisesBlock(blocks.StructBlock):
    """The first promises of a kind, from every public page of the site. One query."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=100, required=False)
    state = blocks.ChoiceBlock(
        label=_("Which promises"),
        choices=[(str(key), label) for key, label in GROUPS.items()],
        default=PromiseState.OPEN,
    )
    number = blocks.IntegerBlock(label=_("How many"), min_value=1, max_value=20, default=5)
    page = blocks.PageChooserBlock(
        label=_("Page with all promises"),
        required=False,
        help_text=_("Leave empty to show no link to it."),
    )

    class Meta:
        label = _("Promises")
        icon = "calendar-check"
        template = "wagtail_borgerdialog/followup/promises_block.html"

    def get_context(
        self, value: blocks.StructValue, parent_context: Mapping[str, object] | None = None
    ) -> dict[str, object]:
        """What the block shows: the promises of the site that is being read."""
        context = super().get_context(value, parent_context=parent_context)
        request = (parent_context or {}).get("request")
        site = Site.find_for_request(request) if request else None
        at = timezone.now()
        found = (
            first_promises(site, at=at, group=value["state"], size=value["number"] or 5)
            if site
            else []
        )
        context["promises"] = [
            in_list(promise, page_url=promise.activity.page.get_url(request) or "", at=at)
            for promise in found
        ]
        return context
