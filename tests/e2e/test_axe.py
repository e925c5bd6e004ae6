"""axe finds nothing on any page of a citizen, in light and dark, and all of it fits, big text too.

What the package adds has to be visited here: the test compares with what is mounted.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from axe_playwright_python.sync_playwright import Axe
from django.conf import LazySettings
from django.contrib.auth.models import AbstractBaseUser
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.utils import timezone, translation
from playwright.sync_api import Page

from wagtail_borgerdialog.contributions.actions import moderate
from wagtail_borgerdialog.contributions.models import (
    Contribution,
    Merge,
    MergedSupport,
    MergeStatus,
    Status,
    StatusChange,
    StatusKind,
    Visibility,
)
from wagtail_borgerdialog.contributions.models.moderation import ModerationAction
from wagtail_borgerdialog.contributions.models.support import SupportStatus
from wagtail_borgerdialog.followup.models import Case, OfficialAnswer, PromiseState
from wagtail_borgerdialog.ideas.models import Idea
from wagtail_borgerdialog.notifications.models import FollowStatus
from wagtail_borgerdialog.notifications.outbox import unfollow_url
from wagtail_borgerdialog.pages.models import IdeaPage, PromisesPage, ProposalPage
from wagtail_borgerdialog.people import links
from wagtail_borgerdialog.people.links import OwnPageLink, link_url
from wagtail_borgerdialog.proposals.models import (
    Addendum,
    CoProposerStatus,
    FormalCheck,
    ReturnReason,
)
from wagtail_borgerdialog.setup import set_up
from wagtail_borgerdialog.terms import VerificationLevel
from wagtail_borgerdialog.testing.factories import (
    ActivityFactory,
    AreaFactory,
    AttachmentFactory,
    CategoryFactory,
    CommentFactory,
    ContributionFactory,
    ParticipantFactory,
    SupportFactory,
    UserFactory,
    default_site,
)
from wagtail_borgerdialog.testing.followup import PromiseFactory, UnitFactory
from wagtail_borgerdialog.testing.ideas import HelpOfferFactory, IdeaFactory, make_idea_page
from wagtail_borgerdialog.testing.notifications import FollowFactory
from wagtail_borgerdialog.testing.proposals import (
    CoProposerFactory,
    ProposalFactory,
    RuleSetFactory,
    make_proposal_page,
)

WIDTH = 320
NORMAL, TWICE = 16, 32
LONG_WORD = "Speciallægepraksisplanlægningsstabiliseringsperiode"
CONTRAST = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
NO_PAGE = {
    "file": "sends a file",
    "link": "each purpose has a page of its own",
    "ideas:similar": "a piece of the page to write on",
    "link:appeal": "has a page of its own, named appeal",
    "feed_site": "a feed",
    "feed_page": "a feed",
    "feed_case": "a feed",
    "calendar_page": "a calendar",
    "calendar_case": "a calendar",
    "your_page_download": "a file",
    "account_confirm_login_code": "logging in by code is off",
    "socialaccount_signup": "only on the way back from a broker",
}
KINDS = (
    StatusKind.OPEN_FOR_SUPPORT,
    StatusKind.THRESHOLD_REACHED,
    StatusKind.EXPIRED,
    StatusKind.ANSWERED,
)


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


class Looker:
    """Goes from page to page and notes what axe finds, what does not fit, and where it has been."""

    def __init__(self, page: Page, *, base_url: str) -> None:
        self.page = page
        self.fonts = page.context.new_cdp_session(page)
        self.base_url = base_url
        self.found: list[str] = []
        self.names: set[str] = set()

    def at(self, path: str, *, status: int = 200) -> None:
        """Open ``path``, which answers with ``status``, and look."""
        path = path.removeprefix(default_site().root_url)
        response = self.page.goto(self.base_url + path)
        if response.status != status:
            self.found.append(f"{path} answers {response.status}, not {status}")
        else:
            self.names.add(name_of(self.page.url.removeprefix(self.base_url)))
        self.look(path)

    def press(self, selector: str = "main form button:not([form])") -> None:
        """Press the last such button, and look at what comes."""
        with self.page.expect_navigation():
            self.page.locator(selector).last.click()
        path = self.page.url.removeprefix(self.base_url)
        self.names.add(name_of(path))
        self.look(f"{path} after {selector}")

    def look(self, where: str) -> None:
        self.page.evaluate("document.querySelectorAll('main details').forEach(e => e.open = true)")
        self._fits(where)
        self._set_text(TWICE)
        self._fits(f"{where} with twice the text")
        self._set_text(NORMAL)
        count = self.page.locator("h1").count()
        if count != 1:
            self.found.append(f"{where} has {count} h1")
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        self._note(where, Axe().run(self.page).response)
        self.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        in_dark = self.page.evaluate("options => axe.run(document, options)", CONTRAST)
        self._note(f"{where} in dark", in_dark)

    def _set_text(self, size: int) -> None:
        self.fonts.send("Page.setFontSizes", {"fontSizes": {"standard": size}})
        self.page.wait_for_function(
            "size => getComputedStyle(document.documentElement).fontSize == size", arg=f"{size}px"
        )

    def _fits(self, where: str) -> None:
        width = self.page.evaluate("document.documentElement.scrollWidth")
        if width > WIDTH:
            wide = self.page.evaluate(
                """[...document.querySelectorAll("main *")]
                    .filter(e => e.getBoundingClientRect().right > innerWidth)
                    .map(e => e.outerHTML.slice(0, 80)).slice(-3)"""
            )
            self.found.append(f"{where} is {width} px wide: {wide}")

    def _note(self, where: str, response: dict[str, list]) -> None:
        for one in response["violations"]:
            nodes = "; ".join(node["html"][:200] for node in one["nodes"][:3])
            self.found.append(f"{where}: {one['id']}: {nodes}")

    @contextmanager
    def signed_in(self, user: AbstractBaseUser) -> Iterator[None]:
        client = Client()
        client.force_login(user)
        value = client.cookies["sessionid"].value
        self.page.context.add_cookies([{"name": "sessionid", "value": value, "url": self.base_url}])
        yield
        self.page.context.clear_cookies()


def name_of(path: str) -> str:
    """What is mounted at ``path``: the name of the URL, the route or the purpose."""
    path = path.split("?")[0].split("#")[0]
    match = resolve(path)
    if match.url_name == "link":
        return f"link:{match.kwargs['purpose']}"
    if match.url_name != "wagtail_serve":
        return match.url_name or path
    for kind, model in (("ideas", IdeaPage), ("proposals", ProposalPage)):
        for page in model.objects.all():
            url = page.get_url()
            if path.startswith(url):
                rest = path.removeprefix(url.rstrip("/"))
                return f"{kind}:{page.get_resolver().resolve(rest).url_name}"
    return path


def mounted() -> set[str]:
    """The names of everything that citizens can come to."""
    ours = ("wagtail_borgerdialog.", "allauth.account.views.", "allauth.socialaccount.views.")
    names = {
        pattern.name
        for pattern in _patterns(get_resolver().url_patterns)
        if pattern.lookup_str.startswith(ours)
    }
    routes = {
        f"{kind}:{route.name}"
        for kind, model in (("ideas", IdeaPage), ("proposals", ProposalPage))
        for route in model.get_subpage_urls()
    }
    return names | routes | {f"link:{purpose}" for purpose in links._links}


def _patterns(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        elif str(pattern.pattern) != "admin/":
            yield from _patterns(pattern.url_patterns)


def test_axe_finds_nothing_on_every_page_of_a_citizen(live_server, browser, settings):
    set_up()
    context = browser.new_context(
        viewport={"width": WIDTH, "height": 640},
        locale="da-DK",
        timezone_id="Europe/Copenhagen",
    )
    context.set_default_timeout(15_000)
    looker = Looker(context.new_page(), base_url=live_server.url)
    try:
        with translation.override("da"):
            looker.at("/")
            look_at_ideas(looker)
            look_at_proposals(looker)
            look_at_acting(looker)
            look_at_following(looker)
            look_at_follow_up(looker)
            look_at_own_page(looker)
            look_at_accounts(looker, settings)
    finally:
        context.close()
    assert not looker.found, "\n".join(looker.found)
    assert mounted() - looker.names == set(NO_PAGE)


def route(page: IdeaPage | ProposalPage, name: str = "index_route", *args: str) -> str:
    return f"{page.get_url()}{page.reverse_subpage(name, args=args)}"


def fill_in(page: Page, **typed: str) -> None:
    for name, text in typed.items():
        page.fill(f"[name={name}]", text)


def look_at_ideas(looker: Looker) -> None:
    page = make_idea_page(IdeaPage)
    looker.at(route(page))
    user = UserFactory(verified=True)
    asta = ParticipantFactory(user=user, name=f"Asta {LONG_WORD}")
    area, category = AreaFactory(name="Lyngdal"), CategoryFactory(name="Byrum")
    idea = rich_idea(page, participant=asta, area=area, category=category)
    IdeaFactory.create_batch(22, activity=page.activity, category=category)
    looker.at(route(page))
    looker.at(f"{route(page)}?q=findesikke")
    looker.at(f"{route(page)}?sort=supported&area=lyngdal&category=byrum")
    looker.at(route(page, "idea", idea.reference))
    with looker.signed_in(user):
        looker.at(route(page, "idea", idea.reference))
        for visibility in (Visibility.PENDING, Visibility.HIDDEN):
            own = IdeaFactory(activity=page.activity, participant=asta, visibility=visibility)
            looker.at(route(page, "idea", own.reference))
        looker.at(route(page, "new"))
        looker.at(route(page, "withdraw", own.reference))
        looker.at(route(page, "withdraw", idea.reference))
        looker.press()
    for visibility in (Visibility.WITHDRAWN, Visibility.HIDDEN, Visibility.REMOVED):
        gone = IdeaFactory(
            activity=page.activity, visibility=visibility, published_at=timezone.now()
        )
        looker.at(route(page, "idea", gone.reference), status=410)
    looker.at(route(page, "new"))
    looker.press()
    fill_in(looker.page, title="En bænk ved havnen", body=LONG_WORD, email="bo@example.dk")
    looker.press()
    looker.press()
    looker.page.check("[name=accepted]")
    looker.press()
    looker.press("#files form button")
    looker.at(route(page, "thanks", "x"), status=410)
    shown = IdeaFactory(activity=page.activity)
    looker.at(route(page, "help", shown.reference))
    looker.press()
    for sent in ("mail", "shown", "waiting"):
        looker.at(f"{route(page, 'help', shown.reference)}?sent={sent}")
    paused = make_idea_page(IdeaPage, title="På pause", slug="pause", is_paused=True)
    looker.at(route(paused))
    looker.at(route(paused, "new"))
    looker.at(route(paused, "idea", IdeaFactory(activity=paused.activity).reference))
    strict = make_idea_page(
        IdeaPage, title="MitID", slug="mitid", submit_level=VerificationLevel.EID
    )
    looker.at(route(strict, "new"))


def rich_idea(page: IdeaPage, **values: object) -> Idea:
    """An idea with everything that the page of an idea can show."""
    at = timezone.now()
    question = {"id": "a", "question": "Hvem er den til?", "value": "Børn", "private": False}
    idea = IdeaFactory(
        activity=page.activity,
        title=f"{LONG_WORD} ved havnen",
        body=f"Så kan man hvile sig. {LONG_WORD * 2}",
        address="Havnegade 1",
        latitude=57.1,
        longitude=9.9,
        answers=[question],
        refined_title="En bænk ved havnen",
        refined_body="Kommunen stiller en bænk op.",
        refined_at=at,
        refined_by_role="Park og vej",
        **values,
    )
    StatusChange.objects.create(
        contribution=idea,
        from_status=idea.status,
        to_status=Status.objects.of_kind(StatusKind.IN_PROCESS),
        by_role="Park og vej",
        note="Vi regner på den.",
        at=at,
    )
    first = CommentFactory(contribution=idea)
    CommentFactory(contribution=idea, parent=first, role_badge="Park og vej")
    CommentFactory(contribution=idea, visibility=Visibility.HIDDEN, published_at=at)
    AttachmentFactory(contribution=idea)
    AttachmentFactory(
        contribution=idea, name=f"{LONG_WORD}.pdf", content_type="application/pdf", alt_text=""
    )
    SupportFactory(contribution=idea)
    HelpOfferFactory(idea=idea)
    return idea


def look_at_proposals(looker: Looker) -> None:
    at = timezone.now()
    rules = RuleSetFactory(min_coproposers=1, max_coproposers=3, minimum_age=15)
    page = make_proposal_page(ProposalPage, rule_set=rules)
    looker.at(route(page))
    user = UserFactory(verified=True)
    asta = ParticipantFactory(user=user)
    own = {"activity": page.activity, "participant": asta}
    shown = {kind: ProposalFactory(kind=kind, **own) for kind in KINDS}
    for kind, proposal in shown.items():
        looker.at(route(page, "proposal", proposal.reference))
        assert looker.page.locator(".bd-tag").count(), kind
    proposal = shown[StatusKind.OPEN_FOR_SUPPORT]
    proposal.frozen_at = at
    proposal.remarks = LONG_WORD * 2
    proposal.save()
    SupportFactory(contribution=proposal.contribution_ptr, participant=asta)
    CommentFactory(contribution=proposal.contribution_ptr)
    Addendum.objects.create(
        proposal=proposal,
        participant=asta,
        public_name=asta.name,
        body="Det bliver billigere nu.",
        language="da",
        visibility=Visibility.VISIBLE,
        created_at=at,
    )
    said_yes = CoProposerFactory(proposal=proposal)
    looker.at(route(page))
    looker.at(f"{route(page)}?status=all&q=findesikke")
    looker.at(route(page, "proposal", proposal.reference))
    gone = ProposalFactory(visibility=Visibility.WITHDRAWN, published_at=at, **own)
    looker.at(route(page, "proposal", gone.reference), status=410)
    waiting = ProposalFactory(kind=StatusKind.AWAITING_COPROPOSERS, **own)
    asked = CoProposerFactory(
        proposal=waiting,
        status=CoProposerStatus.INVITED,
        participant=None,
        name="Bo Prøve",
        email="bo@example.dk",
    )
    returned = ProposalFactory(kind=StatusKind.RETURNED, return_reason=ReturnReason.CHECK, **own)
    FormalCheck.objects.create(
        proposal=returned, criterion="Det kan besluttes", passed=False, note="Skriv hvor.", at=at
    )
    with looker.signed_in(user):
        for each in (waiting, returned, proposal, gone):
            looker.at(route(page, "manage", each.reference))
        looker.at(route(page, "manage", returned.reference))
        looker.page.fill("[name=title]", "")
        looker.press("main form button[value=send]")
        looker.at(route(page, "proposal", waiting.reference))
        looker.at(route(page, "proposal", proposal.reference))
        looker.at(route(page, "add", proposal.reference))
        looker.press()
        fill_in(looker.page, body="Det bliver endnu billigere.")
        looker.press()
        looker.at(route(page, "new"))
    looker.at(route(page, "new"))
    looker.press()
    fill_in(
        looker.page,
        title=LONG_WORD,
        body=LONG_WORD * 2,
        coproposer_1_name="Bo Prøve",
        coproposer_1_email="bo@example.dk",
        name="Asta Prøve",
        email="asta@example.dk",
    )
    looker.page.check("[name=declaration]")
    looker.press()
    looker.press()
    looker.at(route(page, "thanks", "x"), status=410)
    paused = make_proposal_page(
        ProposalPage, rule_set=rules, title="Pause", slug="p", is_paused=True
    )
    looker.at(route(paused, "new"))
    site = page.get_site()
    asta.refresh_from_db()  # the address of an account is the one we write to
    looker.at(link_url("proposal", proposal, site=site))
    key = links.get_link("proposal").token(proposal, site=site)
    looker.at(reverse("borgerdialog:link", args=["proposal", key]))
    looker.at(link_url("coproposer", said_yes, site=site))
    looker.at(link_url("coproposer", asked, site=site))
    looker.press()
    late = CoProposerFactory(proposal=waiting, status=CoProposerStatus.EXPIRED)
    looker.at(link_url("coproposer", late, site=site))
    over = CoProposerFactory(proposal=gone)
    looker.at(link_url("coproposer", over, site=site))


def look_at_acting(looker: Looker) -> None:
    user = UserFactory(verified=True)
    asta = ParticipantFactory(user=user)
    idea = IdeaFactory(participant=asta, title=f"{LONG_WORD} ved havnen")
    comment = CommentFactory(contribution=idea, participant=asta)
    asks = ContributionFactory(activity=ActivityFactory(minimum_age=15, residents_only=True))
    for name in ("support", "comment"):
        strict = ActivityFactory(**{f"{name}_level": VerificationLevel.EID})
        paused = ContributionFactory(activity=ActivityFactory(is_paused=True))
        looker.at(address(name, ContributionFactory(activity=strict)))
        looker.at(address(name, paused))
        looker.at(address(name, asks))
        looker.press()
        looker.at(address(f"{name}_sent", idea))
    looker.at(f"{address('comment', idea)}?parent={comment.pk}")
    looker.at(address("comment_waiting", idea))
    with looker.signed_in(user):
        looker.at(address("comment", idea))
        looker.at(address("support", idea))
        looker.press()
    look_at_links(looker, idea)


def address(name: str, contribution: Contribution) -> str:
    return reverse(f"borgerdialog:{name}", args=[contribution.reference])


def look_at_links(looker: Looker, idea: Idea) -> None:
    """The pages behind the mailed links: before, after, and when they do not work any more."""
    site = idea.site
    draft = {"visibility": Visibility.DRAFT}
    waiting = SupportFactory(
        contribution=idea, status=SupportStatus.PENDING, verification_level=VerificationLevel.NONE
    )
    found = {
        "confirm": IdeaFactory(activity=idea.activity, **draft),
        "support": waiting,
        "withdraw-support": SupportFactory(contribution=idea),
        "comment": CommentFactory(contribution=idea, **draft),
        "help-offer": HelpOfferFactory(idea=idea, **draft),
        "withdraw": IdeaFactory(activity=idea.activity),
    }
    for purpose, obj in found.items():
        looker.at(link_url(purpose, obj, site=site))
        looker.press()
    looker.at(reverse("borgerdialog:link", args=["support", "x"]), status=410)
    closed = IdeaFactory(activity=ActivityFactory(is_paused=True))
    late = SupportFactory(contribution=closed, status=SupportStatus.PENDING)
    looker.at(link_url("support", late, site=site))
    looker.press()


def look_at_following(looker: Looker) -> None:
    """Follow, report, object, merge: what one does about the texts of others."""
    idea = IdeaFactory(title=f"{LONG_WORD} ved havnen")
    page, site, at = idea.activity_id, idea.site, timezone.now()
    for path in (address("follow", idea), reverse("borgerdialog:follow_page", args=[page])):
        looker.at(path)
        looker.press()
    looker.at(address("follow_sent", idea))
    looker.at(reverse("borgerdialog:follow_page_sent", args=[page]))
    follow = FollowFactory(contribution=idea)
    pending = FollowFactory(contribution=idea, status=FollowStatus.PENDING)
    looker.at(link_url("follow", pending, site=site))
    looker.press()
    looker.at(link_url("follows", follow.participant, site=site))
    looker.at(unfollow_url([follow], site=site, language="da"))
    looker.press()
    looker.at(address("report", idea))
    looker.press()
    looker.at(address("report_sent", idea))
    looker.at(reverse("borgerdialog:transparency"))
    hidden = IdeaFactory(activity=idea.activity)
    staff = UserFactory(is_superuser=True)
    moderate(hidden, ModerationAction.HIDE, by=staff, at=at, reason_code="off_topic")
    looker.at(link_url("appeal", hidden.decisions.get(), site=site))
    looker.press()
    comment = CommentFactory(contribution=idea)
    looker.at(link_url("withdraw-comment", comment, site=site))
    looker.press()
    twin = IdeaFactory(activity=idea.activity)
    asked = Merge.objects.create(
        duplicate=twin.contribution_ptr, original=idea.contribution_ptr, proposed_at=at
    )
    looker.at(link_url("merge", asked, site=site))
    looker.press()
    merged = Merge.objects.create(
        duplicate=IdeaFactory(activity=idea.activity).contribution_ptr,
        original=idea.contribution_ptr,
        status=MergeStatus.MERGED,
        proposed_at=at,
        answered_at=at,
    )
    support = SupportFactory(contribution=merged.duplicate)
    moved = MergedSupport.objects.create(merge=merged, support=support)
    looker.at(link_url("move-support", moved, site=site))
    looker.press()


def look_at_follow_up(looker: Looker) -> None:
    """An answer, a deadline and promises on a text, and the list of all promises."""
    at = timezone.now()
    page = make_idea_page(IdeaPage, title="Opfølgning", slug="opfoelgning")
    idea = IdeaFactory(activity=page.activity, title=f"{LONG_WORD} ved søen")
    answer = OfficialAnswer.objects.create(
        contribution=idea.contribution_ptr,
        outcome="rejected",
        body=f"Vi gør det ikke. {LONG_WORD}",
        signed_as="Udvalget for by og miljø",
        is_priority_choice=True,
        cost_estimate=1_250_000,
        decided_in="https://example.dk/dagsorden/",
        state="published",
        published_at=at,
        written_at=at,
    )
    unit = UnitFactory()
    case = {"unit": unit, "due_kind": "threshold_reached", "due_set_at": at}
    Case.objects.create(contribution=idea.contribution_ptr, answer=answer, **case)
    late = IdeaFactory(activity=page.activity)
    Case.objects.create(contribution=late.contribution_ptr, due_at=at - timedelta(days=9), **case)
    for state in PromiseState:
        PromiseFactory(contribution=idea.contribution_ptr, state=state, budgeted=45_000, spent=90)
    PromiseFactory(contribution=late.contribution_ptr, days_left=-9)
    looker.at(route(page, "idea", idea.reference))
    looker.at(route(page, "idea", late.reference))
    ledger = PromisesPage(title="Det har vi lovet", slug="loefter")
    default_site().root_page.specific.add_child(instance=ledger)
    looker.at(ledger.get_url())
    looker.at(f"{ledger.get_url()}?state=kept")
    looker.at(f"{ledger.get_url()}{ledger.reverse_subpage('effect')}")


def look_at_own_page(looker: Looker) -> None:
    """Somebody's own page: found by mail, and with an account."""
    looker.at(reverse("borgerdialog:your_page"))
    fill_in(looker.page, email="bo@example.dk")
    looker.press()
    looker.at(reverse("borgerdialog:your_page_sent"))
    asta = ParticipantFactory()
    idea = IdeaFactory(participant=asta, title=f"{LONG_WORD} i skoven")
    CommentFactory(contribution=idea, participant=asta)
    SupportFactory(contribution=IdeaFactory().contribution_ptr, participant=asta)
    looker.at(OwnPageLink().url(asta, site=idea.site))
    user = UserFactory(verified=True)
    IdeaFactory(participant=ParticipantFactory(user=user))
    with looker.signed_in(user):
        looker.at(reverse("borgerdialog:your_page"))
        looker.at(reverse("borgerdialog:your_page_delete"))
    looker.at(reverse("borgerdialog:your_page_deleted"))


def look_at_accounts(looker: Looker, settings: LazySettings) -> None:
    for name in ("account_login", "account_signup", "account_reset_password"):
        looker.at(reverse(name))
        looker.page.locator("main form").last.evaluate("form => { form.noValidate = true }")
        looker.press("main form button")
    for name in (
        "account_inactive",
        "account_email_verification_sent",
        "account_reset_password_done",
        "account_reset_password_from_key_done",
        "socialaccount_login_cancelled",
    ):
        looker.at(reverse(name))
    looker.at(reverse("socialaccount_login_error"), status=401)
    user = UserFactory()
    mine = EmailAddress.objects.create(user=user, email=user.email, primary=True)
    looker.at(reverse("account_confirm_email", args=[EmailConfirmationHMAC(mine).key]))
    looker.at(reverse("account_confirm_email", args=["x"]))
    uid, key = user_pk_to_url_str(user), default_token_generator.make_token(user)
    looker.at(reverse("account_reset_password_from_key", args=[uid, key]))
    looker.press("main form button")
    looker.at(reverse("account_reset_password_from_key", args=[uid, "x"]))
    with looker.signed_in(UserFactory(verified=True)):
        for name in (
            "account_email",
            "account_change_password",
            "account_logout",
            "account_reauthenticate",
            "socialaccount_connections",
        ):
            looker.at(reverse(name))
    without_password = UserFactory(verified=True)
    without_password.set_unusable_password()
    without_password.save()
    with looker.signed_in(without_password):
        looker.at(reverse("account_set_password"))
    settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
    looker.at(reverse("account_signup"))
    secret = "en lang adgangskode 17"
    fill_in(looker.page, email="ny@example.dk", password1=secret, password2=secret)
    looker.press("main form button")
