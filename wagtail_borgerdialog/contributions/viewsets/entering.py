"""Staff enter a text for somebody who wrote on paper, called or came to a meeting."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from wagtail_borgerdialog.contributions.admin_forms import EntryForm
from wagtail_borgerdialog.contributions.viewsets.base import StaffView, activities_to_choose
from wagtail_borgerdialog.people.eligibility import NotAllowed

KEPT = ("activity", "channel", "evidence")
# Not in the address, which ends up in logs: evidence may name somebody.
KEPT_KEY = "borgerdialog_entered"


class EnterView(StaffView, WagtailAdminTemplateMixin, FormView):
    """The form, and what became of it."""

    template_name = "wagtail_borgerdialog/admin/enter.html"

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not self.viewset.may_enter(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def header_icon(self) -> str:
        return self.viewset.icon

    def get_page_title(self) -> str:
        return str(self.viewset.enter_label)

    def get_breadcrumbs_items(self) -> list[dict[str, object]]:
        return [
            *self.breadcrumbs_items,
            {"url": self.viewset.list_url, "label": self.viewset.menu_label},
            {"url": "", "label": self.viewset.enter_label},
        ]

    def get_form_class(self) -> type[EntryForm]:
        return self.viewset.entry_form_class

    def get_form_kwargs(self) -> dict[str, object]:
        return {
            **super().get_form_kwargs(),
            "activities": activities_to_choose(self.request).filter(kind=self.viewset.name),
        }

    def get_initial(self) -> dict[str, object]:
        initial = super().get_initial()
        # What a pile of papers has in common need be typed only once.
        if self.request.method == "GET":
            initial |= self.request.session.pop(KEPT_KEY, {})
        if "activity" in initial:
            return initial
        choices = list(activities_to_choose(self.request).filter(kind=self.viewset.name)[:2])
        if len(choices) == 1:
            initial["activity"] = choices[0].pk
        return initial

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return super().get_context_data(
            back_url=self.viewset.list_url,
            what_happens=self.viewset.what_entering_does(self.request.user),
            **kwargs,
        )

    def form_valid(self, form: EntryForm) -> HttpResponse:
        try:
            with transaction.atomic():
                case = self.viewset.enter(
                    form.cleaned_data, by=self.request.user, at=timezone.now()
                )
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        except NotAllowed as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        messages.success(
            self.request,
            _("It is stored as %(reference)s.") % {"reference": case.reference},
        )
        if "another" in self.request.POST:
            kept = {name: form.data[name] for name in KEPT if form.data.get(name)}
            self.request.session[KEPT_KEY] = kept
            return redirect(self.viewset.enter_url)
        return redirect(self.viewset.item_url(case))
