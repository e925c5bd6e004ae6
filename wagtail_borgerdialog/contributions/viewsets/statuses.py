"""The words for where a case stands."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel
from wagtail.snippets.views.snippets import SnippetViewSet

from wagtail_borgerdialog.contributions.models import Status


class StatusViewSet(SnippetViewSet):
    model = Status
    icon = "tasks"
    menu_label = _("Statuses")
    menu_order = 72
    list_display = ["__str__", "kind", "explanation", "is_final", "accepts_support", "order"]
    ordering = ["order", "pk"]
    add_to_reference_index = False
    copy_view_enabled = False
    panels = [
        HelpPanel(
            content=_(
                "Citizens see the label on each text, and the explanation beside it. Several "
                "statuses can be of one kind: the kind decides what the site does."
            )
        ),
        FieldPanel("kind"),
        FieldPanel("label"),
        FieldPanel("explanation"),
        FieldPanel("order"),
        FieldPanel("accepts_support"),
        FieldPanel("is_final"),
    ]
