"""What the pages show to whom, what they cost, and what they make of hostile input."""

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.citizens import address, hidden, page, words
from tests.proposals.conftest import TYPED, route, staff
from wagtail_borgerdialog.contributions.models import StatusKind
from wagtail_borgerdialog.pages.models import ProposalPage
from wagtail_borgerdialog.people.links import link_url
from wagtail_borgerdialog.proposals.models import Addendum, CoProposer, FormalCheck, Proposal
from wagtail_borgerdialog.testing.factories import (
    AreaFactory,
    CategoryFactory,
    CommentFactory,
    ParticipantFactory,
    SupportFactory,
    UserFactory,
    default_site,
)
from wagtail_borgerdialog.testing.proposals import CoProposerFactory, ProposalFactory

pytestmark = pytest.mark.django_db

PUBLIC_KINDS = [
    StatusKind.OPEN_FOR_SUPPORT,
    StatusKind.THRESHOLD_REACHED,
    StatusKind.EXPIRED,
    StatusKind.IN_PROCESS,
    StatusKind.ANSWERED,
    StatusKind.DONE,
]
PRIVATE_KINDS = [
    StatusKind.AWAITING_COPROPOSERS,
    StatusKind.IN_REVIEW,
    StatusKind.RETURNED,
    StatusKind.REJECTED_FORMAL,
]


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


# -- Who sees what


@pytest.mark.parametrize("kind", PUBLIC_KINDS)
def test_from_publication_on_everybody_sees_it(client, scheme, kind):
    proposal = ProposalFactory(activity=scheme.activity, kind=kind)
    address = route(scheme, "proposal", proposal.reference)
    assert client.get(address).status_code == 200
    assert proposal.title in words(client.get(f"{route(scheme)}?status=all"))
    sitemap = [entry["location"] for entry in scheme.get_sitemap_urls()]
    assert any(location.endswith(address) for location in sitemap)


@pytest.mark.parametrize("kind", PRIVATE_KINDS)
def test_before_publication_only_its_own_people_and_staff_see_it(client, scheme, kind):
    author = ParticipantFactory(user=UserFactory(verified=True))
    proposal = ProposalFactory(activity=scheme.activity, kind=kind, participant=author)
    address = route(scheme, "proposal", proposal.reference)
    stranger = UserFactory(verified=True)
    for user in (None, stranger):
        browser = Client()
        if user:
            browser.force_login(user)
        assert browser.get(address).status_code == 404
        assert browser.get(route(scheme, "manage", proposal.reference)).status_code == 404
        for query in ("?status=all", "?q=plante", f"?q={proposal.reference}"):
            assert proposal.title not in words(browser.get(f"{route(scheme)}{query}"))
    for user in (author.user, staff()):
        browser = Client()
        browser.force_login(user)
        shown = browser.get(address)
        assert shown.status_code == 200
        assert shown["X-Robots-Tag"] == "noindex"
        assert "no-store" in shown["Cache-Control"]
    assert not any(entry["location"].endswith(address) for entry in scheme.get_sitemap_urls())


@pytest.mark.parametrize("visibility", ["hidden", "removed", "withdrawn"])
def test_what_was_public_once_leaves_a_placeholder(client, scheme, visibility):
    proposal = ProposalFactory(activity=scheme.activity)
    Proposal.objects.filter(pk=proposal.pk).update(visibility=visibility)
    gone = client.get(route(scheme, "proposal", proposal.reference))
    assert gone.status_code == 410
    assert proposal.title not in gone.content.decode()
    assert proposal.body not in gone.content.decode()
    row = CoProposerFactory(proposal=proposal)
    link = "/" + link_url("coproposer", row, site=default_site()).split("/", 3)[3]
    behind = client.get(link)
    assert behind.status_code == 200
    assert proposal.body not in behind.content.decode()


def test_another_page_does_not_show_it(client, scheme, strict):
    proposal = ProposalFactory(activity=scheme.activity)
    for name in ("proposal", "manage", "add"):
        assert client.get(route(strict, name, proposal.reference)).status_code == 404


def test_addresses_of_co_proposers_are_never_public(client, scheme):
    proposal = ProposalFactory(activity=scheme.activity)
    row = CoProposerFactory(proposal=proposal)
    declined = CoProposerFactory(proposal=proposal, status="declined", name="Nej Sagde")
    html = client.get(route(scheme, "proposal", proposal.reference)).content.decode()
    assert row.name in html
    for secret in (row.email, declined.email, declined.name, proposal.participant.email):
        assert secret not in html


def test_what_was_wrong_before_publication_stays_between_author_and_staff(client, scheme, checker):
    proposal = ProposalFactory(activity=scheme.activity)
    FormalCheck.objects.create(
        proposal=proposal,
        criterion="Sproget er pænt",
        passed=False,
        note="Ret tonen.",
        by=checker,
        at=timezone.now(),
    )
    html = client.get(route(scheme, "proposal", proposal.reference)).content.decode()
    assert "Ret tonen." not in html


def test_a_hidden_addendum_is_not_shown(client, scheme):
    proposal = ProposalFactory(activity=scheme.activity)
    for number, visibility in enumerate(["visible", "pending", "hidden"]):
        Addendum.objects.create(
            proposal=proposal,
            participant=proposal.participant,
            body=f"Tilføjelse nummer {number}",
            language="da",
            visibility=visibility,
            created_at=timezone.now(),
        )
    html = client.get(route(scheme, "proposal", proposal.reference)).content.decode()
    assert "Tilføjelse nummer 0" in html
    assert "Tilføjelse nummer 1" not in html
    assert "Tilføjelse nummer 2" not in html


# -- The list


def test_the_list_shows_what_collects_support_first(client, scheme):
    now = ProposalFactory(activity=scheme.activity)
    then = ProposalFactory(activity=scheme.activity, kind=StatusKind.ANSWERED)
    late = ProposalFactory(activity=scheme.activity, days_old=200)
    plain = words(client.get(route(scheme)))
    assert now.title in plain
    assert then.title not in plain
    assert late.title not in plain
    for status, shown in (("answered", then), ("ended", late), ("open", now)):
        html = words(client.get(f"{route(scheme)}?status={status}"))
        assert [p.title in html for p in (now, then, late)] == [
            p is shown for p in (now, then, late)
        ]


def test_a_search_looks_among_all_of_them(client, scheme):
    then = ProposalFactory(
        activity=scheme.activity, kind=StatusKind.ANSWERED, title="Flere cykelstativer"
    )
    assert then.title in words(client.get(f"{route(scheme)}?q=cykelstativer"))


def test_all_of_them_can_be_paged_through(client, scheme):
    ProposalFactory.create_batch(25, activity=scheme.activity, kind=StatusKind.ANSWERED)
    seen = []
    address = f"{route(scheme)}?status=all"
    for _ in range(3):
        shown = page(client.get(address))
        seen += [link.get_text() for link in shown.select(".bd-card__link")]
        following = shown.find("a", rel="next")
        if following is None:
            break
        address = f"{route(scheme)}{following['href']}"
    assert len(seen) == len(set(seen)) == 25


def test_what_closes_first_can_be_listed_first(client, scheme):
    later = ProposalFactory(activity=scheme.activity, days_old=1)
    sooner = ProposalFactory(activity=scheme.activity, days_old=80)
    over = ProposalFactory(activity=scheme.activity, days_old=100)
    shown = page(client.get(f"{route(scheme)}?sort=closing"))
    titles = [link.get_text() for link in shown.select(".bd-card__link")]
    assert titles == [sooner.title, later.title]
    assert over.title not in titles


def test_filters_keep_to_district_and_category(client, scheme):
    area, category = AreaFactory(), CategoryFactory()
    mine = ProposalFactory(activity=scheme.activity, area=area, category=category)
    other = ProposalFactory(activity=scheme.activity)
    for query in (f"?area={area.slug}", f"?category={category.slug}"):
        html = words(client.get(f"{route(scheme)}{query}"))
        assert mine.title in html
        assert other.title not in html


# -- What they cost


@pytest.mark.usefixtures("our_layout")
@pytest.mark.parametrize("query", ["", "?sort=supported", "?sort=closing", "?status=all", "?q=træ"])
def test_a_list_costs_the_same_at_0_20_and_200_proposals(client, scheme, query):
    AreaFactory.create_batch(5)
    address = f"{route(scheme)}{query}"
    client.get(address)
    counts = [queries(client, address)]
    for number in (20, 180):
        ProposalFactory.create_batch(number, activity=scheme.activity)
        counts.append(queries(client, address))
    # A search asks the search engine too.
    assert max(counts) <= (11 if "q=" in query else 10)
    assert counts[1] == counts[2]


@pytest.mark.usefixtures("our_layout")
def test_a_proposal_costs_the_same_with_0_20_and_200_comments(client, scheme):
    proposal = ProposalFactory(activity=scheme.activity)
    CoProposerFactory.create_batch(3, proposal=proposal)
    address = route(scheme, "proposal", proposal.reference)
    client.get(address)
    counts = [queries(client, address)]
    for number in (20, 180):
        CommentFactory.create_batch(number, contribution=proposal)
        SupportFactory.create_batch(2, contribution=proposal)
        counts.append(queries(client, address))
    assert max(counts) <= 15
    assert counts[1] == counts[2]


def test_reading_sets_no_cookie_and_can_be_cached(client, scheme):
    proposal = ProposalFactory(activity=scheme.activity)
    for target in (route(scheme), route(scheme, "proposal", proposal.reference)):
        shown = client.get(target)
        assert not shown.cookies
        assert "Cookie" in shown["Vary"]
        assert "private" not in shown.get("Cache-Control", "")


# -- Not now


def test_a_closed_scheme_gives_back_what_was_typed(client, scheme):
    address = route(scheme, "new")
    values = {**hidden(client.get(address)), **TYPED, "step": "send"}
    now = timezone.now()
    type(scheme.activity).objects.filter(pk=scheme.activity.pk).update(
        opens_at=now - datetime.timedelta(days=9), closes_at=now - datetime.timedelta(days=1)
    )
    answer = client.post(address, values)
    assert answer.status_code == 409
    assert TYPED["remarks"] in words(answer)
    assert Proposal.objects.count() == 0


def test_a_scheme_that_asks_for_an_account_says_so_before_the_form(client, scheme):
    type(scheme.rule_set).objects.filter(pk=scheme.rule_set_id).update(propose_level="account")
    shown = client.get(route(scheme, "new"))
    assert shown.status_code == 200
    assert page(shown).find("form", class_="bd-form") is None
    assert page(shown).find("a", href=lambda value: value and "next=" in value)


def test_going_back_to_change_shows_what_was_typed_and_no_errors(client, scheme):
    address = route(scheme, "new")
    again = client.post(address, {**TYPED, "email": "", "step": "edit"})
    assert again.status_code == 200
    form = page(again).find("form", class_="bd-form")
    assert form.find("input", attrs={"name": "title"})["value"] == TYPED["title"]
    assert page(again).find(class_="bd-errors") is None
    assert Proposal.objects.count() == 0


def test_the_rule_set_limits_the_text(client, scheme):
    type(scheme.rule_set).objects.filter(pk=scheme.rule_set_id).update(
        title_max=30, text_max=200, remarks_max=0
    )
    address = route(scheme, "new")
    first = client.get(address)
    assert page(first).find("textarea", attrs={"name": "remarks"}) is None
    values = {**hidden(first), **TYPED, "title": "x" * 31, "body": "y" * 201, "step": "send"}
    answer = client.post(address, values)
    links = {link["href"] for link in page(answer).select(".bd-errors a")}
    assert links == {"#id_title", "#id_body"}


# -- Hostile input


HOSTILE = ["\x00", "\ud800", "10" * 300, "'; --", "<script>alert(1)</script>", "\u202eabc", "%00"]


@pytest.mark.parametrize("value", HOSTILE)
def test_no_address_of_ours_breaks(client, scheme, value):
    for name in ("", "edit/", "addendum/"):
        assert client.get(f"{route(scheme)}{value[:40]!r}/{name}").status_code in {400, 404}
    assert client.get(f"{route(scheme)}{10**30}/").status_code == 404
    assert client.get(f"{route(scheme)}2026-{'9' * 30}/").status_code == 404
    assert client.get(f"{route(scheme)}thanks/{'x' * 400}/").status_code == 410


@pytest.mark.parametrize("value", ["1" * 400, "'; --", "<b>", "\u202eabc", "ord " * 200])
def test_no_query_breaks_the_list(client, scheme, value):
    ProposalFactory(activity=scheme.activity)
    for name in ("q", "area", "category", "status", "sort", "after", "before"):
        assert client.get(route(scheme), {name: value}).status_code == 200
    proposal = Proposal.objects.get()
    for name in ("comments_after", "comments_before"):
        address = route(scheme, "proposal", proposal.reference)
        assert client.get(address, {name: value}).status_code == 200
    for name in ("manage", "add"):
        address = route(scheme, name, proposal.reference)
        assert client.get(address, {"key": value}).status_code == 404


@pytest.mark.parametrize(
    "value", ["\x00", "<script>", "\u202eabc", "=1+1", "å" * 3000, " ", "\x07"]
)
def test_no_text_breaks_the_form(client, strict, value):
    address = route(strict, "new")
    names = ["title", "body", "remarks", "name", "email", "language", "category", "area"]
    names += ["coproposer_1_name", "coproposer_1_email", "form_key", "started", "homepage"]
    for name in names:
        for step in ("check", "edit", "send"):
            answer = client.post(address, {**TYPED, name: value, "step": step})
            assert answer.status_code == 200
            assert "<script>alert" not in answer.content.decode()
    assert Proposal.objects.count() == 0


def test_a_text_of_three_megabytes_is_refused_in_words(client, scheme):
    answer = client.post(route(scheme, "new"), {**TYPED, "body": "ord " * 600_000, "step": "send"})
    assert answer.status_code in {200, 400, 413}
    assert Proposal.objects.count() == 0


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_other_methods_are_refused(client, scheme, method):
    proposal = ProposalFactory(activity=scheme.activity)
    for name, args in (
        ("index_route", ()),
        ("new", ()),
        ("proposal", (proposal.reference,)),
        ("manage", (proposal.reference,)),
        ("add", (proposal.reference,)),
    ):
        answer = getattr(client, method)(route(scheme, name, *args))
        assert answer.status_code in {200, 405}
        assert answer.status_code == 405 or method == "options"
    assert Proposal.objects.get().is_public


def test_typed_markup_is_shown_as_text(client, scheme):
    proposal = ProposalFactory(
        activity=scheme.activity,
        title="<script>alert(1)</script>",
        body="<img src=x onerror=alert(1)>",
        public_name="<b>Asta</b>",
    )
    CoProposer.objects.create(
        proposal=proposal,
        name="<i>Bo</i>",
        public_name="<i>Bo</i>",
        person_key="k",
        status="accepted",
        responded_at=timezone.now(),
    )
    html = client.get(route(scheme, "proposal", proposal.reference)).content.decode()
    for markup in ("<script>alert", "<img src=x", "<b>Asta", "<i>Bo"):
        assert markup not in html


def test_a_page_that_was_never_published_has_a_preview_and_no_form(scheme: ProposalPage):
    draft = ProposalPage(
        title="Kladde",
        slug="kladde",
        locale=scheme.locale,
        rule_set=scheme.rule_set,
        how_proposals_are_treated="x",
        what_is_open="x",
        what_is_decided="x",
        decided_by="x",
        level="consultation",
        live=False,
    )
    scheme.get_parent().add_child(instance=draft)
    shown = draft.make_preview_request()
    assert shown.status_code == 200


def test_a_support_costs_six_queries_beside_session_and_login(client, scheme):
    first, second = ProposalFactory.create_batch(2, activity=scheme.activity, support_count=1)
    Proposal.objects.update(frozen_at=timezone.now())
    client.force_login(UserFactory(verified=True))
    client.post(address("support", first.reference))  # from now on the participant is on record
    with CaptureQueriesContext(connection) as captured:
        assert client.post(address("support", second.reference)).status_code == 303
    asked = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
    own = [sql for sql in asked if "django_session" not in sql and "auth_user" not in sql]
    assert len(own) <= 6
    assert Proposal.objects.get(pk=second.pk).support_count == 2
