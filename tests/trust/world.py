"""A municipality in which everything that is kept from somebody carries a word of its own.

Every text, name, address and file of every case holds a *canary*: a word that occurs nowhere
else. A response in which a canary turns up says exactly what leaked, and from where.
"""

import dataclasses
import datetime
import itertools
import json
import string
import uuid
from collections.abc import Iterator

import factory
from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser, Group, Permission
from django.core.files.base import ContentFile
from django.db import models
from django.test import Client
from wagtail.models import GroupPagePermission, Locale, PageViewRestriction, Site

from wagtail_borgerdialog.actions import sync_activity
from wagtail_borgerdialog.contributions.actions import moderate, moderate_comment
from wagtail_borgerdialog.contributions.models import (
    Appeal,
    Attachment,
    Contribution,
    Merge,
    MergedSupport,
    MergeStatus,
    Report,
    ReportedText,
    Status,
    StatusChange,
    StatusKind,
    Visibility,
)
from wagtail_borgerdialog.contributions.models.moderation import ModerationAction
from wagtail_borgerdialog.followup.models import (
    AnswerTemplate,
    Handover,
    InternalNote,
    OfficialAnswer,
    Promise,
    PromiseChange,
    Unit,
)
from wagtail_borgerdialog.followup.models import Case as FollowUpCase
from wagtail_borgerdialog.ideas.actions import moderate_offer
from wagtail_borgerdialog.models import (
    Activity,
    GroupActivityAccess,
    OutgoingMail,
    ParticipationSettings,
)
from wagtail_borgerdialog.notifications.models import FollowStatus, Webhook
from wagtail_borgerdialog.pages_base import ParticipationPageMixin, base_page_model
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.proposals.models import (
    Addendum,
    CoProposer,
    FormalCheck,
    Proposal,
    RuleSet,
)
from wagtail_borgerdialog.setup import GROUPS, set_up
from wagtail_borgerdialog.terms import LadderLevel, ModerationMode
from wagtail_borgerdialog.testing.factories import (
    AreaFactory,
    CategoryFactory,
    CommentFactory,
    ContributionFactory,
    ParticipantFactory,
    SupportFactory,
    UserFactory,
    default_site,
)
from wagtail_borgerdialog.testing.ideas import HelpOfferFactory, IdeaFactory
from wagtail_borgerdialog.testing.notifications import FollowFactory

NOW = datetime.datetime(2026, 11, 20, 10, 0, tzinfo=datetime.UTC)
LONG_FROM_NOW = datetime.datetime(2099, 11, 20, 22, 59, tzinfo=datetime.UTC)
HOST_A, HOST_B = "localhost", "nabokommunen.example.dk"
PASSWORD = "kodeordet"

# -- canaries ---------------------------------------------------------------------------

# Who may read what a canary stands in; ``matrix`` says it for each role.
OPEN = "open"  # what everybody may read once the case is public
REASON = "reason"  # why something is not shown: told to everybody in its place
PRIVATE = "private"  # between the author and the municipality
HELD = "held"  # waits for its writer or for a moderator: staff
INTERNAL = "internal"  # staff
CONTACT = "contact"  # real names and addresses: staff who need them
NEVER = "never"  # nobody: keys, and who of the staff did it

_numbers = itertools.count(1)


@dataclasses.dataclass(frozen=True)
class Canary:
    """A word, what it stands in, and who may read it."""

    word: str
    what: str
    tier: str
    case: "Case | None" = None
    # Whose own it is, where that is not the author of the case.
    owner: str = ""

    def __str__(self) -> str:
        return f"{self.what} of {self.case}" if self.case else self.what


def new_word() -> str:
    """A word that no text has, and that no other word begins with."""
    number, letters = next(_numbers), ""
    for _ in range(4):
        number, rest = divmod(number, 20)
        letters += string.ascii_lowercase[rest]
    return f"zyx{letters}wvu"


# -- cases --------------------------------------------------------------------------------

PLACES = ("open", "unpublished", "password", "login", "elsewhere", "neighbour")
REJECTED = "rejected"  # hidden without ever having been public
EVERY_STATE = (*Visibility.values, REJECTED)
DECISIONS = {
    Visibility.HIDDEN: ModerationAction.HIDE,
    Visibility.REMOVED: ModerationAction.REMOVE,
    REJECTED: ModerationAction.REJECT,
}
# What staff decide about was there before they did.
STARTS_AS = {
    Visibility.HIDDEN: Visibility.VISIBLE,
    Visibility.REMOVED: Visibility.VISIBLE,
    REJECTED: Visibility.PENDING,
}
STATES = {
    "open": EVERY_STATE,
    "unpublished": (Visibility.VISIBLE, Visibility.PENDING),
    "password": (Visibility.VISIBLE, Visibility.HIDDEN),
    "login": (Visibility.VISIBLE, Visibility.PENDING),
    "elsewhere": (Visibility.VISIBLE, Visibility.PENDING),
    "neighbour": (Visibility.VISIBLE, Visibility.PENDING, Visibility.REMOVED),
}


@dataclasses.dataclass(eq=False)
class Case:
    """One contribution, where it stands, and what hangs on it."""

    kind: str
    place: str
    state: str
    page: ParticipationPageMixin
    obj: Contribution | None = None
    user: AbstractBaseUser | None = None
    canaries: list[Canary] = dataclasses.field(default_factory=list)
    parts: dict[str, models.Model] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.kind}/{self.place}/{self.state}"

    @property
    def is_visible(self) -> bool:
        return self.state == Visibility.VISIBLE

    @property
    def was_public(self) -> bool:
        gone = {Visibility.HIDDEN, Visibility.REMOVED, Visibility.WITHDRAWN}
        return self.is_visible or self.state in gone

    @property
    def host(self) -> str:
        return HOST_B if self.place == "neighbour" else HOST_A

    def new(self, what: str, tier: str, *, owner: str = "") -> str:
        """A fresh canary for ``what``."""
        canary = Canary(new_word(), what, tier, self, owner)
        self.canaries.append(canary)
        return canary.word

    def word(self, what: str) -> str:
        """The canary in ``what``."""
        (found,) = (canary.word for canary in self.canaries if canary.what == what)
        return found

    def url(self, name: str, *args: object) -> str:
        """The address of one of the page's routes."""
        return f"{self.page.get_url().rstrip('/')}/{self.page.reverse_subpage(name, args=args)}"

    def person(self, role: str) -> Participant:
        """Somebody whose name, address and key are canaries."""
        owner = "" if role == "author" else role
        email = f"{self.new(f'e-mail of the {role}', CONTACT, owner=owner)}@example.dk"
        name = f"{self.new(f'name of the {role}', CONTACT, owner=owner)} Prøve"
        person = ParticipantFactory(name=name, email=email, created_at=NOW)
        self.canaries.append(Canary(person.person_key, f"key of the {role}", NEVER, self))
        return person


class ProposalFactory(ContributionFactory):
    class Meta:
        model = Proposal

    text_changed_at = factory.SelfAttribute("submitted_at")


# -- the town ---------------------------------------------------------------------------

PAGE_VALUES: dict[str, object] = {
    "introduction": "<p>Her kan du være med.</p>",
    "level": LadderLevel.INFLUENCE,
    "what_is_open": "Hvad pengene skal bruges til.",
    "what_is_decided": "Beløbet ligger fast.",
    "decided_by": "Udvalget for by og miljø",
    "inclusion_measure": "Vi besøger plejehjem og skoler.",
    "moderation": ModerationMode.BEFORE,
}
QUESTIONS = {
    "11111111-1111-4111-8111-111111111111": ("Hvem gavner det?", False),
    "22222222-2222-4222-8222-222222222222": ("Hvad er dit telefonnummer?", True),
    "33333333-3333-4333-8333-333333333333": ("Hvor bor du?", True),
}


def values_for(kind: str) -> dict[str, object]:
    """What an editor fills in on a page of ``kind``. Raises ``KeyError`` for an unknown kind."""
    own: dict[str, dict[str, object]] = {
        "ideas": {
            "purpose": "Bedre steder at være sammen.",
            "how_ideas_are_used": "Udvalget læser alle.",
            "questions": json.dumps(
                [
                    {
                        "type": "short_text",
                        "id": key,
                        "value": {
                            "label": label,
                            "help": "",
                            "required": False,
                            "private": private,
                        },
                    }
                    for key, (label, private) in QUESTIONS.items()
                ]
            ),
        },
        "proposals": {
            "rule_set": RuleSet.objects.order_by("pk").first(),
            "how_proposals_are_treated": "Byrådet behandler dem.",
        },
    }
    return {**PAGE_VALUES, **own[kind]}


def page_classes() -> dict[str, type[ParticipationPageMixin]]:
    """Every page type on which citizens take part, by its kind."""
    return {
        model.activity_kind: model
        for model in apps.get_models()
        if issubclass(model, ParticipationPageMixin)
    }


def member(name: str, roles: list[str], *pages: models.Model) -> AbstractBaseUser:
    """Staff with the rights that setup gives to ``roles``, below ``pages``."""
    user = UserFactory(
        username=name, email=f"{new_word()}@kommune.example.dk", first_name=new_word(), last_name=""
    )
    group = Group.objects.create(name=name)
    given = Permission.objects.filter(group__name__in=[GROUPS[role] for role in roles])
    admin = Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
    group.permissions.add(admin, *given)
    for page in pages:
        GroupActivityAccess.objects.create(group=group, page_id=page.pk)
    user.groups.add(group)
    return user


class World:
    """Two sites, pages in every state, cases in every state, and the people around them."""

    def __init__(self) -> None:
        self.locale = Locale.get_default()
        self.site_a = default_site()
        self.home_a = self.site_a.root_page.specific
        self.home_b = self.home_a.get_parent().add_child(
            instance=type(self.home_a)(title="Nabo", slug="nabo", locale=self.locale)
        )
        self.site_b = Site.objects.create(
            hostname=HOST_B, site_name="Nabo", root_page_id=self.home_b.pk
        )
        set_up()
        ParticipationSettings.objects.update(contact_email="borger@vestersoe.example.dk")
        self.webhook = Webhook.objects.create(
            site=self.site_a, name="Datavarehuset", url="https://data.example.dk/hook"
        )
        AnswerTemplate.objects.create(
            name="Svar", outcome="adopted", body="Ja.", signed_as="Borgerservice"
        )
        self.unit = Unit.objects.create(name="Teknik og Miljø", email="tm@vestersoe.example.dk")
        self.area, self.category = AreaFactory(slug="lyngdal"), CategoryFactory(slug="trafik")
        self.here = self._section(self.home_a, "her")
        self.there = self._section(self.home_a, "der")
        self.pages = {
            (kind, place): self._page(kind, place) for kind in page_classes() for place in PLACES
        }
        self.citizen = UserFactory(username="borger", verified=True)
        self.staff = {
            "moderator": member("moderator", ["moderators"], self.here),
            "caseworker": member("caseworker", ["caseworkers"], self.here),
            "elsewhere": member("elsewhere", ["moderators", "caseworkers"], self.there),
            "neighbour": member("neighbour", ["moderators", "caseworkers"], self.home_b),
            "viewer": member("viewer", ["editors"], self.here),
            "editor": member("editor", []),
            "superuser": UserFactory(username="superuser", is_superuser=True, is_staff=True),
        }
        for codename in ("change_page", "publish_page"):
            GroupPagePermission.objects.create(
                group=self.staff["editor"].groups.get(),
                page_id=self.home_a.pk,
                permission=Permission.objects.get(
                    content_type__app_label="wagtailcore", codename=codename
                ),
            )
        self.staff_canaries = [
            Canary(word.split("@")[0], f"{field} of {name}", NEVER, owner=name)
            for name, user in self.staff.items()
            if name != "superuser"
            for field, word in [("e-mail", user.email), ("name", user.first_name)]
        ]
        self.cases: list[Case] = []

    def _section(self, parent: models.Model, slug: str) -> models.Model:
        page = base_page_model()(title=slug.title(), slug=slug, locale=self.locale)
        return parent.add_child(instance=page)

    def _page(self, kind: str, place: str) -> ParticipationPageMixin:
        parent = {"elsewhere": self.there, "neighbour": self._neighbours_section()}.get(
            place, self.here
        )
        # The neighbour's page has the same path as ours.
        slug = f"{kind}-open" if place == "neighbour" else f"{kind}-{place}"
        page = page_classes()[kind](
            title=f"Side {kind} {place}", slug=slug, locale=self.locale, **values_for(kind)
        )
        parent.refresh_from_db()
        page = parent.add_child(instance=page)
        page.save_revision().publish()
        sync_activity(page)
        if place == "unpublished":
            page.unpublish()
        if place in {"password", "login"}:
            PageViewRestriction.objects.create(
                page_id=page.pk, restriction_type=place, password=PASSWORD
            )
        return type(page).objects.get(pk=page.pk)

    def _neighbours_section(self) -> models.Model:
        found = base_page_model().objects.child_of(self.home_b).filter(slug="her").first()
        return found or self._section(self.home_b, "her")

    # -- cases ----------------------------------------------------------------------------

    def plant(self, *, is_visible: bool) -> None:
        """Make the cases that are public, or all the others."""
        for (kind, place), page in self.pages.items():
            for state in STATES[place]:
                if (state == Visibility.VISIBLE) == is_visible:
                    self.cases.append(self._case(Case(kind, place, state, page)))

    def hide_something_on_public_cases(self) -> None:
        """Add what waits or is not shown to the cases that everybody reads."""
        for case in self.cases:
            if case.is_visible:
                self._hang_on_hidden(case)

    def _case(self, case: Case) -> Case:
        person = case.person("author")
        case.user = UserFactory(username=str(case), first_name="", last_name="", verified=True)
        person.user = case.user
        person.save()
        make = {"ideas": self._idea, "proposals": self._proposal}[case.kind]
        case.obj = make(
            case,
            activity=Activity.objects.for_page(case.page).select_related("page", "site").get(),
            participant=person,
            title=f"{case.new('title', OPEN)} ved havnen",
            body=f"Vi vil have {case.new('text', OPEN)} ved havnen.",
            public_name=case.new("name shown", OPEN),
            evidence=case.new("evidence", INTERNAL),
            area=self.area,
            category=self.category,
            visibility=STARTS_AS.get(case.state, case.state),
            submitted_at=NOW - datetime.timedelta(days=9, minutes=len(self.cases)),
            published_at=NOW - datetime.timedelta(days=8, minutes=len(self.cases))
            if case.was_public
            else None,
        )
        self._hang_on(case)
        if not case.is_visible:
            self._hang_on_hidden(case)
        if case.state in DECISIONS:
            self._decide(case)
        case.obj.refresh_from_db()
        return case

    def _idea(self, case: Case, **values: object) -> Contribution:
        (public, private, since) = QUESTIONS
        answers = [
            (public, case.new("public answer", OPEN), False),
            (private, case.new("private answer", PRIVATE), True),
            # Asked in public then; the page has made the question private since.
            (since, case.new("answer made private since", PRIVATE), False),
        ]
        return IdeaFactory(
            address=case.new("place", OPEN),
            answers=[
                {"id": key, "question": QUESTIONS[key][0], "value": value, "private": private}
                for key, value, private in answers
            ],
            refined_title="En bedre udgave",
            refined_body=case.new("refined text", OPEN),
            refined_at=NOW,
            refined_by_role="Teknik og Miljø",
            **values,
        )

    def _proposal(self, case: Case, **values: object) -> Contribution:
        kinds = {
            Visibility.DRAFT: StatusKind.AWAITING_COPROPOSERS,
            Visibility.PENDING: StatusKind.IN_REVIEW,
            REJECTED: StatusKind.REJECTED_FORMAL,
        }
        proposal = ProposalFactory(
            remarks=case.new("remarks", OPEN),
            rule_set=case.page.rule_set,
            status=Status.objects.of_kind(kinds.get(case.state, StatusKind.OPEN_FOR_SUPPORT)),
            **values,
        )
        if case.was_public:
            Proposal.objects.filter(pk=proposal.pk).update(
                support_goal=450,
                support_until=NOW + datetime.timedelta(days=60),
                period_days=90,
                support_level="email",
                frozen_at=NOW,
            )
            proposal.refresh_from_db()
        return proposal

    def _hang_on(self, case: Case) -> None:
        """What everybody reads on a public case, and who is behind it."""
        obj, parts = case.obj, case.parts
        commenter = case.person("commenter")
        parts["comment"] = CommentFactory(
            contribution=obj,
            participant=commenter,
            public_name=case.new("name at a comment", OPEN),
            body=case.new("comment", OPEN, owner="commenter"),
            created_at=NOW,
        )
        parts["follower"] = case.person("follower")
        parts["follow"] = FollowFactory(
            contribution=obj,
            participant=parts["follower"],
            site=obj.site,
            status=FollowStatus.PENDING,
            created_at=NOW,
        )
        file = ContentFile(b"%PDF-1.4 " + case.new("file content", OPEN).encode(), name="fil.pdf")
        parts["file"] = Attachment.objects.create(
            contribution=obj,
            file=file,
            name=f"{case.new('file name', OPEN)}.pdf",
            content_type="application/pdf",
            size=file.size,
            created_at=NOW,
        )
        StatusChange.objects.create(
            contribution=obj,
            to_status=obj.status,
            # What is said before a proposal is published is for its author.
            note=case.new(
                "note on the timeline",
                OPEN if case.was_public or case.kind == "ideas" else PRIVATE,
            ),
            by=self.staff["moderator"],
            by_role="Borgerservice",
            at=NOW,
        )
        self._answer(case)
        parts["case"], _is_new = FollowUpCase.objects.update_or_create(
            contribution_id=obj.pk,
            defaults={
                "unit": self.unit,
                "caseworker": self.staff["caseworker"],
                "due_kind": "threshold_reached",
                "due_set_at": NOW,
                "due_at": LONG_FROM_NOW,
                "paused_at": NOW,
                "pause_reason": case.new("why the answer waits", OPEN),
                "next_decision_on": LONG_FROM_NOW.date(),
            },
        )
        Handover.objects.create(
            case=parts["case"],
            to_unit=self.unit,
            note=case.new("note at a hand-over", INTERNAL),
            by=self.staff["caseworker"],
            at=NOW,
        )
        supporter = case.person("supporter")
        parts["support"] = SupportFactory(
            contribution=obj,
            participant=supporter,
            evidence=case.new("evidence of a support", INTERNAL),
            batch=new_word(),
            entered_by=self.staff["moderator"],
            created_at=NOW,
        )
        twin = ContributionFactory(activity=obj.activity, visibility=Visibility.DRAFT)
        parts["merge"] = Merge.objects.create(
            duplicate=obj, original=twin, proposed_by=self.staff["caseworker"], proposed_at=NOW
        )
        parts["support to move"] = MergedSupport.objects.create(
            merge=Merge.objects.create(
                duplicate=twin,
                original=obj,
                status=MergeStatus.MERGED,
                proposed_at=NOW,
                answered_at=NOW,
            ),
            support=parts["support"],
        )
        pending = case.person("possible supporter")
        parts["pending support"] = SupportFactory(
            contribution=obj, participant=pending, status="pending", created_at=NOW
        )
        if case.kind == "ideas":
            parts["offer"] = HelpOfferFactory(
                idea=obj,
                participant=case.person("helper"),
                public_name=case.new("name at an offer", OPEN),
                text=case.new("offer", OPEN),
                created_at=NOW,
            )
        if case.kind == "proposals":
            self._behind(case, "co-proposer", "accepted", OPEN)
            parts["addendum"] = Addendum.objects.create(
                proposal=obj,
                participant=obj.participant,
                body=case.new("addendum", OPEN),
                language="da",
                visibility=Visibility.VISIBLE,
                created_at=NOW,
            )

    def _answer(self, case: Case) -> None:
        """What the municipality says, has not said yet, and notes to itself."""
        obj, people = case.obj, {"written_by": self.staff["superuser"], "written_at": NOW}
        followed, _is_new = FollowUpCase.objects.get_or_create(contribution_id=obj.pk)
        # Whoever cannot read the text does not read what is answered to it either.
        tier = OPEN if case.is_visible else INTERNAL
        followed.answer = OfficialAnswer.objects.create(
            contribution=obj,
            outcome="under_review",
            body=case.new("official answer", tier),
            signed_as=case.new("role that answers", tier),
            state="published",
            published_at=NOW,
            **people,
        )
        followed.save()
        OfficialAnswer.objects.create(
            contribution=obj,
            outcome="rejected",
            body=case.new("draft of an answer", INTERNAL),
            signed_as="Borgerservice",
            binding_rule=case.new("reason in a draft", INTERNAL),
            **people,
        )
        InternalNote.objects.create(
            case=followed, text=case.new("note among colleagues", INTERNAL), at=NOW
        )
        promise = Promise.objects.create(
            site=obj.site,
            activity=obj.activity,
            contribution_id=obj.pk,
            what=case.new("promise", tier),
            description=case.new("more about a promise", tier),
            promised_by=case.new("role that promises", tier),
            due_on=LONG_FROM_NOW.date(),
            made_at=NOW,
        )
        PromiseChange.objects.create(
            promise=promise,
            step="reported",
            to_state="open",
            note=case.new("note about a promise", tier),
            by_role="Borgerservice",
            at=NOW,
        )
        case.parts["promise"] = promise

    def _behind(self, case: Case, who: str, status: str, tier: str) -> None:
        person = case.person(who)
        word = case.new(f"given name of the {who}", tier, owner=who)
        case.parts[who] = CoProposer.objects.create(
            proposal=case.obj,
            name=word,
            public_name=word if status == "accepted" else "",
            email=person.email,
            person_key=person.person_key,
            participant=person if status == "accepted" else None,
            status=status,
            invited_at=NOW,
            due_at=NOW + datetime.timedelta(days=14),
            responded_at=NOW if status == "accepted" else None,
        )

    def _hang_on_hidden(self, case: Case) -> None:
        """What hangs on a case and is for nobody's eyes, or for those of staff."""
        obj, parts = case.obj, case.parts
        for state in (Visibility.DRAFT, Visibility.PENDING, *DECISIONS):
            who = f"{state} commenter"
            # Told to everybody in place of what they could read before.
            reason_tier = HELD if state == REJECTED else OPEN
            comment = parts[f"{state} comment"] = CommentFactory(
                contribution=obj,
                participant=case.person(who),
                public_name=case.new(f"name at a {state} comment", HELD, owner=who),
                body=case.new(f"{state} comment", HELD, owner=who),
                visibility=STARTS_AS.get(state, state),
                created_at=NOW,
            )
            if state in DECISIONS:
                moderate_comment(
                    comment,
                    DECISIONS[state],
                    by=self.staff["superuser"],
                    at=NOW,
                    reason_code="spam",
                    internal_note=case.new(f"internal note on a {state} comment", INTERNAL),
                    public_note=case.new(f"reason at a {state} comment", reason_tier, owner=who),
                )
                obj.refresh_from_db()
        self._object(case)
        if case.kind == "ideas":
            for state in (Visibility.DRAFT, Visibility.PENDING, Visibility.HIDDEN):
                who = f"{state} helper"
                parts[f"{state} offer"] = HelpOfferFactory(
                    idea=obj,
                    participant=case.person(who),
                    public_name=case.new(f"name at a {state} offer", HELD, owner=who),
                    text=case.new(f"{state} offer", HELD, owner=who),
                    visibility=Visibility.PENDING if state == Visibility.HIDDEN else state,
                    created_at=NOW,
                )
            moderate_offer(
                parts["hidden offer"],
                ModerationAction.REJECT,
                by=self.staff["superuser"],
                at=NOW,
                reason_code="spam",
            )
        if case.kind == "proposals":
            self._behind(case, "invited co-proposer", "invited", PRIVATE)
            for state in (Visibility.PENDING, Visibility.HIDDEN):
                parts[f"{state} addendum"] = Addendum.objects.create(
                    proposal=obj,
                    participant=obj.participant,
                    public_name="",
                    body=case.new(f"{state} addendum", HELD, owner="author"),
                    language="da",
                    visibility=state,
                    created_at=NOW,
                )
            FormalCheck.objects.create(
                proposal=obj,
                criterion="Kommunen kan bestemme det",
                passed=False,
                note=case.new("note of the formal check", PRIVATE),
                by=self.staff["moderator"],
                at=NOW,
            )
        OutgoingMail.objects.create(
            site=obj.site,
            recipient_key=uuid.uuid4().hex,
            event=f"{obj.pk}:test",
            template="receipt",
            context={"title": obj.title},
            to_email=f"{case.new('address of a mail', NEVER)}@example.dk",
            language="da",
            created_at=NOW,
            next_attempt_at=NOW + datetime.timedelta(days=99),
            attempts=3,
            last_error="SMTPRecipientsRefused",
        )

    def _object(self, case: Case) -> None:
        """Somebody reports the case, and the author of its hidden comment objects."""
        obj, parts = case.obj, case.parts
        reporter = case.person("reporter")
        row = parts["reported"] = ReportedText.objects.create(
            contribution=obj, opened_at=NOW, report_count=1
        )
        Report.objects.create(
            reported=row,
            reason_code="offensive",
            words=case.new("words of the reporter", HELD, owner="reporter"),
            participant=reporter,
            person_key=reporter.person_key,
            created_at=NOW,
        )
        who = "hidden commenter"
        comment = parts["hidden comment"]
        parts["decision"] = comment.decisions.get()
        parts["appeal"] = Appeal.objects.create(
            decision=parts["decision"],
            contribution=obj,
            participant=comment.participant,
            words=case.new("objection of the hidden commenter", HELD, owner=who),
            language="da",
            created_at=NOW,
        )

    def _decide(self, case: Case) -> None:
        """Staff keep it off the page, and say why."""
        moderate(
            case.obj,
            DECISIONS[case.state],
            by=self.staff["superuser"],
            at=NOW,
            reason_code="other",
            public_note=case.new("reason", PRIVATE if case.state == REJECTED else REASON),
            internal_note=case.new("internal note", INTERNAL),
        )

    # -- looking ----------------------------------------------------------------------------

    def all_canaries(self) -> list[Canary]:
        """Every word, with what it stands for."""
        return [*self.staff_canaries, *(one for case in self.cases for one in case.canaries)]

    def only(self, **wanted: str) -> Iterator[Case]:
        """The cases whose attributes are ``wanted``."""
        for case in self.cases:
            if all(getattr(case, name) == value for name, value in wanted.items()):
                yield case

    def client(self, user: AbstractBaseUser | None, host: str = HOST_A) -> Client:
        """A browser on ``host``, in English, signed in as ``user``; nothing raises through it."""
        client = Client(
            raise_request_exception=False,
            headers={"host": host, "accept-language": "en"},
        )
        if user is not None:
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client
