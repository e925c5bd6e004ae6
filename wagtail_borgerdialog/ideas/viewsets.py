"""The staff screens of ideas, and of the offers to help with them."""

import datetime
from collections.abc import Mapping, Sequence

import django_filters
from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BaseColumn, Column, DateColumn, StatusTagColumn, TitleColumn

from wagtail_borgerdialog.components import DashboardCount
from wagtail_borgerdialog.contributions.models import Visibility
from wagtail_borgerdialog.contributions.models.contribution import MODERATE
from wagtail_borgerdialog.contributions.models.moderation import ModerationAction
from wagtail_borgerdialog.contributions.rules import ANSWER
from wagtail_borgerdialog.contributions.viewsets import (
    CaseViewSet,
    StaffViewSet,
    case_url,
    waiting,
)
from wagtail_borgerdialog.contributions.viewsets.base import StaffIndexView, StaffItemView
from wagtail_borgerdialog.contributions.viewsets.cases import CasePart
from wagtail_borgerdialog.contributions.viewsets.comments import found_in
from wagtail_borgerdialog.contributions.viewsets.merging import MERGING
from wagtail_borgerdialog.contributions.viewsets.paper import PAPER
from wagtail_borgerdialog.contributions.viewsets.staff_actions import (
    FREE,
    HIDE,
    MODERATION,
    PUBLISH,
    REJECT,
    REMOVE,
    RESTORE,
    ChangeStatus,
    CorrectPlace,
    EnterSupports,
    Moderate,
    StaffAction,
    TakeBackSupports,
    as_it_reaches,
)
from wagtail_borgerdialog.followup.viewsets.answers import ANSWERED, ANSWERING, answer_parts
from wagtail_borgerdialog.followup.viewsets.assigning import Assign
from wagtail_borgerdialog.followup.viewsets.journal import JOURNALISE, journal_parts
from wagtail_borgerdialog.followup.viewsets.pausing import CLOCK_ACTIONS
from wagtail_borgerdialog.followup.viewsets.promises import promise_parts
from wagtail_borgerdialog.followup.viewsets.promising import MAKE_PROMISE
from wagtail_borgerdialog.followup.viewsets.queue import followup_parts
from wagtail_borgerdialog.ideas.actions import enter_for_somebody, moderate_offer, refine
from wagtail_borgerdialog.ideas.admin_forms import OfferReasonForm, RefineForm
from wagtail_borgerdialog.ideas.models import HelpOffer, Idea
from wagtail_borgerdialog.ideas.selectors import answers
from wagtail_borgerdialog.models import Activity, ParticipationSettings
from wagtail_borgerdialog.people.actions import enter_person
from wagtail_borgerdialog.people.models import shown_name
from wagtail_borgerdialog.rules import activity_scope
from wagtail_borgerdialog.terms import NameDisplay
from wagtail_borgerdialog.text import excerpt

SEE_OFFERS = "borgerdialog_ideas.view_helpoffer"


class Refine(StaffAction):
    """A worked-through version beside the original."""

    name = "refine"
    label = gettext_lazy("Write a refined version")
    permission = ANSWER
    form_class = RefineForm
    part_template = "wagtail_borgerdialog/admin/original_text.html"

    def suits(self, item: Idea) -> bool:
        return item.visibility in {Visibility.PENDING, Visibility.VISIBLE, Visibility.HIDDEN}

    def consequences(self, item: Idea) -> Sequence[str]:
        return as_it_reaches(
            item,
            [
                _("Citizens see the refined version and the original, both in full."),
                _("The author gets a mail about it."),
                _("You can write it again later. It cannot be taken away altogether."),
            ],
        )

    def form_kwargs(self, item: Idea) -> dict[str, object]:
        signature = ParticipationSettings.for_site(item.site).organisation_name
        return {
            "initial": {
                "title": item.refined_title,
                "body": item.refined_body or item.body,
                "by_role": item.refined_by_role or signature,
            }
        }

    def run(
        self,
        item: Idea,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> str:
        refine(item, **data, by=by, at=at)
        return _("The refined version shows beside the original.")


class RefinedPart(CasePart):
    id = "refined"
    heading = gettext_lazy("Refined version")
    template_name = "wagtail_borgerdialog/admin/idea_refined.html"


class AnswersPart(CasePart):
    id = "answers"
    heading = gettext_lazy("Answers to the page's questions")
    icon = "help"
    template_name = "wagtail_borgerdialog/admin/idea_answers.html"


class OffersPart(CasePart):
    id = "offers"
    heading = gettext_lazy("Offers of help")
    icon = "group"
    template_name = "wagtail_borgerdialog/admin/idea_offers.html"


def said_answers(rows: Sequence[Mapping[str, str]]) -> str:
    """The questions and answers of one idea, a line each."""
    return "\n".join(f"{row['question']} {row['value']}" for row in rows if row["value"])


class IdeaViewSet(CaseViewSet):
    name = "ideas"
    model = Idea
    icon = "pick"
    menu_label = gettext_lazy("Ideas")
    menu_order = 10
    enter_label = gettext_lazy("Enter an idea")
    export_fields = {"refined_title": None, "refined_body": None, "answers": said_answers}
    staff_actions = (
        PUBLISH,
        RESTORE,
        *ANSWERING,
        ChangeStatus(),
        *ANSWERED,
        MAKE_PROMISE,
        Assign(),
        *CLOCK_ACTIONS,
        JOURNALISE,
        Refine(),
        EnterSupports(),
        *PAPER,
        CorrectPlace(),
        *MERGING,
        REJECT,
        TakeBackSupports(),
        HIDE,
        REMOVE,
    )

    def extra_panels(self, case: Idea, user: AbstractBaseUser) -> Sequence[CasePart]:
        parts: list[CasePart] = [
            *followup_parts(case),
            *answer_parts(case, user),
            *promise_parts(case),
            *journal_parts(case, user),
        ]
        if case.is_refined:
            parts.append(RefinedPart(case=case))
        if given := answers(case):
            parts.append(AnswersPart(answers=given, language=case.language))
        if user.has_perm(SEE_OFFERS):
            offers = [
                {"offer": offer, "url": reverse("borgerdialog_help:item", args=[offer.pk])}
                for offer in case.help_offers.all()
            ]
            if offers:
                parts.append(OffersPart(offers=offers))
        return parts

    def what_entering_does(self, user: AbstractBaseUser) -> Sequence[str]:
        if user.has_perm(MODERATE):
            return [_("Everybody can read it as soon as you save it.")]
        return [_("A moderator reads it before everybody can.")]

    def enter(
        self, data: Mapping[str, object], *, by: AbstractBaseUser, at: datetime.datetime
    ) -> Idea:
        activity = data["activity"]
        language = activity.page.locale.language_code
        name, email, address = data["name"], data["email"], data["address"]
        participant = None
        if name or email:
            participant = enter_person(
                name=name, email=email, address=address, at=at, language=language
            )
        draft = Idea(
            title=data["title"],
            body=data["body"],
            area=data["area"],
            category=data["category"],
            name_display=data["name_display"] if name else NameDisplay.ANONYMOUS,
            language=language,
        )
        draft.public_name = shown_name(name, display=draft.name_display, area=draft.area)
        return enter_for_somebody(
            draft,
            activity=activity,
            participant=participant,
            channel=data["channel"],
            evidence=data["evidence"],
            disclaimer=disclaimer_of(activity),
            entered_by=by,
            at=at,
        )


def disclaimer_of(activity: Activity) -> str:
    """The wording in force on the activity's own page."""
    page = activity.page.specific
    return page.disclaimer.strip() or ParticipationSettings.for_site(activity.site).disclaimer_text


OFFER_CONSEQUENCES: dict[str, list[str]] = {
    ModerationAction.PUBLISH: [
        gettext_lazy("Everybody can read the offer, and the author of the idea is told about it."),
        gettext_lazy("To undo it, hide it again."),
    ],
    ModerationAction.REJECT: [
        gettext_lazy("The offer does not show. The helper gets a mail with your reasons."),
        gettext_lazy("To undo it, show it: the mail cannot be called back."),
    ],
    ModerationAction.HIDE: [
        gettext_lazy("The offer does not show any more. The helper gets a mail with your reasons."),
        gettext_lazy("To undo it, show it again."),
    ],
    ModerationAction.REMOVE: [
        gettext_lazy("The offer does not show any more. The helper gets a mail with your reasons."),
        gettext_lazy("It cannot be shown again. Hide it instead if you are not sure."),
    ],
    ModerationAction.RESTORE: [
        gettext_lazy("Everybody can read the offer again."),
        gettext_lazy("To undo it, hide it again."),
    ],
}


class ModerateOffer(Moderate):
    """A decision about an offer of help, which is moderated like a comment."""

    def __init__(self, action: ModerationAction) -> None:
        super().__init__(action)
        self.form_class = forms.Form if action in FREE else OfferReasonForm

    def consequences(self, item: HelpOffer) -> Sequence[str]:
        return as_it_reaches(item, OFFER_CONSEQUENCES[self.action])

    def decide(
        self,
        item: HelpOffer,
        data: Mapping[str, object],
        *,
        by: AbstractBaseUser,
        at: datetime.datetime,
    ) -> None:
        moderate_offer(item, self.action, by=by, at=at, **data)


class HelpOfferFilterSet(WagtailFilterSet):
    visibility = django_filters.ChoiceFilter(
        label=gettext_lazy("Visibility"),
        choices=Visibility.choices,
        empty_label=gettext_lazy("All"),
        widget=forms.RadioSelect,
    )


def beginning(offer: HelpOffer) -> str:
    """The first words, to recognise it by."""
    return excerpt(offer.text, 80)


def about(offer: HelpOffer) -> str:
    """The idea that somebody will help with."""
    return f"{offer.idea.reference} {offer.idea.title}"


def helper(offer: HelpOffer) -> str:
    """Whom citizens see as the helper."""
    return offer.public_name or _("A citizen")


class HelpOfferIndexView(StaffIndexView):
    filterset_class = HelpOfferFilterSet
    default_ordering = "-created_at"
    is_searchable = True
    search_fields = ["text", "idea__reference", "idea__title"]

    def get_base_queryset(self) -> QuerySet[HelpOffer]:
        return super().get_base_queryset().select_related("idea__activity", "participant")

    def order_queryset(self, queryset: QuerySet[HelpOffer]) -> QuerySet[HelpOffer]:
        return queryset.order_by(self.ordering, "-pk")

    def item_columns(self) -> list[BaseColumn]:
        return [
            TitleColumn(
                "text",
                label=_("Offer"),
                accessor=beginning,
                get_url=self.get_item_url,
                get_title_id=lambda item: f"item_{item.pk}_title",
            ),
            StatusTagColumn(
                "visibility",
                label=_("Visibility"),
                accessor="get_visibility_display",
                primary=lambda item: item.visibility == Visibility.VISIBLE,
            ),
            TitleColumn(
                "idea",
                label=_("About"),
                accessor=about,
                get_url=lambda item: case_url(item.idea),
            ),
            Column("helper", label=_("Helper"), accessor=helper),
            DateColumn("created_at", label=_("Written"), sort_key="created_at"),
        ]

    export_headings = {
        "idea.reference": gettext_lazy("Reference"),
        "idea.title": gettext_lazy("About"),
        "get_visibility_display": gettext_lazy("Visibility"),
        "participant.email": gettext_lazy("E-mail"),
    }

    @property
    def list_export(self) -> list[str]:
        """The columns of the files; addresses are for those who moderate."""
        fields = [
            "idea.reference",
            "idea.title",
            "text",
            "public_name",
            "get_visibility_display",
            "created_at",
        ]
        if self.request.user.has_perm(MODERATE):
            fields.append("participant.email")
        return fields


class HelpOfferView(StaffItemView):
    """One offer, and what can be done with it."""

    template_name = "wagtail_borgerdialog/admin/help_offer.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        offer = self.item
        user = self.request.user
        knows_helper = user.has_perm(MODERATE) or user.has_perm(ANSWER)
        return super().get_context_data(
            offer=offer,
            found=found_in(offer, f"{offer.text}\n{offer.public_name}"),
            helper=helper(offer),
            participant=offer.participant if knows_helper else None,
            case_name=about(offer),
            case_url=case_url(offer.idea),
            **kwargs,
        )


class HelpOfferViewSet(StaffViewSet):
    name = "help"
    model = HelpOffer
    icon = "group"
    permission = SEE_OFFERS
    menu_label = gettext_lazy("Offers of help")
    menu_order = 31
    index_view_class = HelpOfferIndexView
    item_view_class = HelpOfferView
    staff_actions = tuple(ModerateOffer(one.action) for one in MODERATION)
    not_offered = gettext_lazy("That is not possible where the offer stands now.")

    def items_for(self, user: AbstractBaseUser) -> QuerySet[HelpOffer]:
        return HelpOffer.objects.filter(idea__activity__in=self.activity_ids(user))

    def name_of(self, item: HelpOffer) -> str:
        return beginning(item)


def waiting_offers(user: AbstractBaseUser) -> list[DashboardCount]:
    """The offers of help that wait for ``user``, if any."""
    if not user.has_perm(MODERATE):
        return []
    return waiting(
        HelpOffer.objects.filter(
            activity_scope(user, "idea__activity__"), visibility=Visibility.PENDING
        ),
        label=_("Offers of help that wait for a moderator"),
        url=reverse("borgerdialog_help:list") + f"?visibility={Visibility.PENDING}",
        since="created_at",
    )
