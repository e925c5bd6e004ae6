"""What we add to screens that are Wagtail's own: its front page, and the group's rights."""

from collections.abc import Mapping

import swapper
from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms.formsets import BaseFormSetMixin
from wagtail.admin.ui.components import Component as UIComponent
from wagtail.admin.widgets import AdminPageChooser

from wagtail_borgerdialog.components import DashboardCount, registry
from wagtail_borgerdialog.models import GroupActivityAccess
from wagtail_borgerdialog.viewsets import SEE_MAILS, failed_mails

Page = swapper.load_model("wagtailcore", "Page")


class ParticipationPanel(UIComponent):
    """What awaits this member of staff, as numbers that lead to the lists behind them."""

    name = "borgerdialog"
    order = 150
    template_name = "wagtail_borgerdialog/admin/dashboard.html"

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def get_context_data(self, parent_context: Mapping[str, object]) -> dict[str, object]:
        return {"counts": self.counts()}

    def counts(self) -> list[DashboardCount]:
        """Every room's numbers, what has waited longest first; mails that failed come last."""
        user = self.request.user
        found = [count for component in registry for count in component.dashboard_counts(user)]
        found.sort(key=lambda count: count.oldest or timezone.now())
        if user.has_perm(SEE_MAILS) and (failed := failed_mails(user).count()):
            found.append(
                DashboardCount(
                    label=_("Mails that failed"),
                    count=failed,
                    url=reverse("borgerdialog_mails:list"),
                )
            )
        return found


class AccessForm(forms.Form):
    """One part of the page tree."""

    page = forms.ModelChoiceField(
        label=gettext_lazy("Page"),
        queryset=Page.objects.all(),
        widget=AdminPageChooser(show_edit_link=False, can_choose_root=True),
    )


class BaseAccessFormSet(BaseFormSetMixin, forms.BaseFormSet):
    """The parts of the page tree in which a group works with what citizens send."""

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        files: Mapping[str, object] | None = None,
        instance: Group | None = None,
        prefix: str = "borgerdialog_access",
    ) -> None:
        self.instance = instance or Group()
        initial = []
        if self.instance.pk is not None:
            rows = self.instance.activity_access.select_related("page").order_by("page__path")
            initial = [{"page": row.page} for row in rows]
        super().__init__(data, files, initial=initial, prefix=prefix)

    def _pages(self) -> list[object]:
        return [
            form.cleaned_data["page"]
            for form in self.forms
            if form not in self.deleted_forms and "page" in form.cleaned_data
        ]

    def clean(self) -> None:
        """Raise ``ValidationError`` when one page is chosen twice."""
        if any(self.errors):
            return
        pages = self._pages()
        if len(set(pages)) != len(pages):
            raise ValidationError(_("You have chosen the same page twice."))

    @transaction.atomic
    def save(self) -> None:
        """Store the chosen pages, and only those."""
        wanted = {page.pk for page in self._pages()}
        rows = GroupActivityAccess.objects.filter(group=self.instance)
        rows.exclude(page_id__in=wanted).delete()
        known = set(rows.values_list("page_id", flat=True))
        GroupActivityAccess.objects.bulk_create(
            [GroupActivityAccess(group=self.instance, page_id=pk) for pk in wanted - known]
        )

    def as_admin_panel(self) -> str:
        """The panel as HTML."""
        return render_to_string("wagtail_borgerdialog/admin/group_access.html", {"formset": self})


AccessFormSet = forms.formset_factory(
    AccessForm, formset=BaseAccessFormSet, extra=0, can_delete=True
)
