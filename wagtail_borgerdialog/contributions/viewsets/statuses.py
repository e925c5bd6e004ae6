"""The words for where a case stands."""

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel
from wagtail.admin.ui.tables import BooleanColumn, Column, NumberColumn
from wagtail.snippets.views.snippets import SnippetViewSet

from wagtail_borgerdialog.contributions.models import Status
from wagtail_borgerdialog.viewsets import ORDER_HELP


class StatusViewSet(SnippetViewSet):
    model = Status
    icon = "tasks"
    menu_label = _("Statuses")
    menu_order = 72
    list_display = [
        "__str__",
        Column("kind", label=capfirst(_("kind")), accessor="get_kind_display", sort_key="kind"),
        Column("explanation", label=capfirst(_("explanation"))),
        BooleanColumn("is_final", label=capfirst(_("the case ends here"))),
        BooleanColumn("accepts_support", label=capfirst(_("citizens can support"))),
        NumberColumn("order", label=capfirst(_("order")), sort_key="order"),
    ]
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
        FieldPanel("order", help_text=ORDER_HELP),
        FieldPanel(
            "accepts_support",
            help_text=_("They get the button while a case stands here and its page is open."),
        ),
        FieldPanel("is_final"),
    ]
