"""The units that cases are given to."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel
from wagtail.snippets.views.snippets import SnippetViewSet

from wagtail_borgerdialog.followup.models import Unit


class UnitViewSet(SnippetViewSet):
    model = Unit
    icon = "group"
    menu_label = _("Units")
    menu_order = 72
    list_display = ["name", "email", "manager_email"]
    ordering = ["name"]
    add_to_reference_index = False
    copy_view_enabled = False
    panels = [
        HelpPanel(
            content=_(
                "Cases are given to a unit. Citizens see its name where an answer is owed; the "
                "mailboxes get reminders, and nobody outside sees them."
            )
        ),
        FieldPanel("name"),
        FieldPanel("email"),
        FieldPanel("manager_email"),
    ]
