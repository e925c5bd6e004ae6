"""Merging by consent: the author says yes, each supporter decides, nobody counts twice."""

import datetime
import re

import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from tests.citizens import everything, heading, words
from tests.contributions.test_races import burst
from wagtail_borgerdialog.components import registry
from wagtail_borgerdialog.contributions.actions import recount, withdraw_support
from wagtail_borgerdialog.contributions.actions.merging import (
    accept_merge,
    answer_move,
    ask_supporters,
    propose_merge,
    undo_merge,
)
from wagtail_borgerdialog.contributions.merges_shown import ShownMerge
from wagtail_borgerdialog.contributions.models import (
    Merge,
    MergedSupport,
    MergeStatus,
    Status,
    StatusKind,
    Support,
    Visibility,
)
from wagtail_borgerdialog.ideas.models import Idea
from wagtail_borgerdialog.mail import send_due
from wagtail_borgerdialog.models import OutgoingMail
from wagtail_borgerdialog.pages.models import IdeaPage
from wagtail_borgerdialog.people.eligibility import DeniedReason, NotAllowed
from wagtail_borgerdialog.people.links import link_url
from wagtail_borgerdialog.signals import contribution_event
from wagtail_borgerdialog.testing.factories import (
    CommentFactory,
    ParticipantFactory,
    SupportFactory,
    UserFactory,
)
from wagtail_borgerdialog.testing.ideas import IdeaFactory, make_idea_page

pytestmark = pytest.mark.django_db
AT = timezone.now()


@pytest.fixture
def collection() -> IdeaPage:
    return make_idea_page(IdeaPage)


@pytest.fixture
def boss() -> object:
    return UserFactory(is_superuser=True, is_staff=True)


@pytest.fixture
def two(collection) -> tuple[Idea, Idea]:
    """A duplicate with three supporters, and the original with one of them and another."""
    activity = collection.activity
    duplicate = IdeaFactory(activity=activity, title="En bænk ved havnen")
    original = IdeaFactory(activity=activity, title="Bænke ved havnen")
    both = ParticipantFactory()
    for person in (both, ParticipantFactory(), ParticipantFactory()):
        SupportFactory(contribution=duplicate, participant=person)
    for person in (both, ParticipantFactory()):
        SupportFactory(contribution=original, participant=person)
    return fresh(duplicate), fresh(original)


def fresh(idea: Idea) -> Idea:
    return Idea.objects.with_page_rows().get(pk=idea.pk)


def merged(two, boss) -> Merge:
    merge = propose_merge(*two, by=boss, at=AT)
    accept_merge(merge, at=AT)
    merge.refresh_from_db()
    return merge


def page_of(collection, idea) -> str:
    return f"{collection.get_url()}{idea.reference}/"


def path(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def press(client: Client, url: str, choice: str) -> object:
    return client.post(path(url), {"choice": choice}, follow=True)


def either(text: str) -> set[str]:
    """``text`` as a page in English or one in Danish says it."""
    with translation.override("da"):
        return {text, gettext(text)}


def more(n: int) -> str:
    """What a page in Danish says of ``n`` supports that are counted apart."""
    with translation.override("da"):
        return ShownMerge(title="", language="da", url="", waiting=n).waiting_in_words


def buttons(response) -> list[str]:
    return [
        b["value"]
        for b in BeautifulSoup(response.content, "html.parser").select("button[name=choice]")
    ]


def test_a_caseworker_asks_and_the_author_says_yes_by_the_link_in_the_mail(
    client, staff_client, collection, two
):
    duplicate, original = two
    url = reverse("borgerdialog_ideas:action", args=[duplicate.pk, "merge"])
    assert "Nothing changes before that." in staff_client.get(url).content.decode()
    sent = staff_client.post(url, {"original": original.reference, "note": "Samme bænk."})
    assert sent.status_code == 302
    assert fresh(duplicate).status.kind == StatusKind.RECEIVED

    send_due(at=timezone.now())
    (asked,) = [m for m in mail.outbox if "Samme bænk." in m.body]
    (link,) = set(re.findall(r"https?://\S+/link/\S+", asked.body))
    before = everything()
    shown = client.get(path(link))
    client.head(path(link))
    assert everything() == before
    assert heading(shown) in either("May the two become one?")
    assert buttons(shown) == ["yes", "no"]

    done = press(client, link, "yes")
    assert heading(done) in either("The two are one now")
    assert fresh(duplicate).status.kind == StatusKind.MERGED
    here = words(client.get(page_of(collection, duplicate)))
    assert here.count("Bænke ved havnen") == 2  # where it has gone, and on the timeline
    there = words(client.get(page_of(collection, original)))
    assert there.count("En bænk ved havnen") == 2
    assert more(3) in there


def test_the_links_lead_from_one_to_the_other(client, collection, two, boss):
    merged(two, boss)
    here = client.get(page_of(collection, two[0]))
    page = BeautifulSoup(here.content, "html.parser")
    (to,) = {a["href"] for a in page.select("main a") if a["href"].startswith("../")}
    assert to == f"../{two[1].reference}/"


def test_a_no_changes_nothing_and_is_asked_once(client, two, boss):
    merge = propose_merge(*two, by=boss, at=AT)
    done = press(client, link_url("merge", merge, site=two[0].site), "no")
    assert heading(done) in either("Yours stays on its own")
    assert fresh(two[0]).status.kind == StatusKind.RECEIVED
    with pytest.raises(NotAllowed) as refused:
        propose_merge(*two, by=boss, at=AT)
    assert refused.value.decision.reason == DeniedReason.SAID_NO


def test_where_no_mail_reaches_the_author_it_is_merged_at_once(two, boss):
    Idea.objects.filter(pk=two[0].pk).update(participant=None)
    merge = propose_merge(fresh(two[0]), two[1], by=boss, at=AT)
    assert merge.status == MergeStatus.MERGED
    assert fresh(two[0]).status.kind == StatusKind.MERGED


def test_each_supporter_gets_one_mail_and_moves_or_keeps(client, two, boss):
    merge = merged(two, boss)
    assert OutgoingMail.objects.filter(template="merge_move").count() == 3
    assert ask_supporters(at=AT) == 0
    assert sum(component.run_clock(at=AT) for component in registry) == 0
    both, mover, keeper = merge.supports.order_by("pk")
    site = two[0].site

    done = press(client, link_url("move-support", mover, site=site), "move")
    assert heading(done) in either("Your support is moved")
    assert (fresh(two[0]).support_count, fresh(two[1]).support_count) == (2, 3)

    done = press(client, link_url("move-support", keeper, site=site), "keep")
    assert heading(done) in either("Your support stays where it is")
    assert (fresh(two[0]).support_count, fresh(two[1]).support_count) == (2, 3)

    press(client, link_url("move-support", both, site=site), "move")
    assert (fresh(two[0]).support_count, fresh(two[1]).support_count) == (1, 3)
    assert recount(fix=False) == []


def test_the_link_of_a_support_that_moved_only_shows_what_happened(client, two, boss):
    row = merged(two, boss).supports.first()
    url = link_url("move-support", row, site=two[0].site)
    press(client, url, "keep")
    before = everything()
    again = press(client, url, "move")
    assert heading(again) in either("Your support stays where it is")
    assert everything() == before


def test_counts_stand_apart_until_the_supporters_have_answered(client, collection, two, boss):
    merge = merged(two, boss)
    url = page_of(collection, two[1])
    one, two_, three = merge.supports.order_by("pk")
    answer_move(one, move=True, at=AT)
    assert more(2) in words(client.get(url))
    withdraw_support(two[0], participant=two_.participant, at=AT)
    assert more(1) in words(client.get(url))
    answer_move(three, move=False, at=AT)
    assert not any(more(n) in words(client.get(url)) for n in (1, 2, 3))


def test_who_has_taken_the_support_back_is_not_asked_any_more(client, two, boss):
    row = merged(two, boss).supports.order_by("pk")[1]
    url = link_url("move-support", row, site=two[0].site)
    withdraw_support(two[0], participant=row.participant, at=AT)
    assert heading(client.get(path(url))) in either("You are not asked any more")
    assert fresh(two[1]).support_count == 2


def test_nobody_supports_a_merged_text_and_its_comments_stay(client, collection, two, boss):
    CommentFactory(contribution=two[0], body="Ja tak til bænken")
    merged(two, boss)
    here = client.get(page_of(collection, two[0])).content.decode()
    assert "Ja tak til bænken" in here
    assert reverse("borgerdialog:support", args=[two[0].reference]) not in here
    open_ones = words(client.get(f"{collection.get_url()}?status=open"))
    assert "Bænke ved havnen" in open_ones
    assert "En bænk ved havnen" not in open_ones


def test_it_can_be_taken_back_until_somebody_has_answered(client, staff_client, two, boss):
    merge = merged(two, boss)
    link = link_url("move-support", merge.supports.first(), site=two[0].site)
    url = reverse("borgerdialog_ideas:action", args=[two[0].pk, "unmerge"])
    assert staff_client.post(url).status_code == 302
    assert fresh(two[0]).status.kind == StatusKind.RECEIVED
    merge.refresh_from_db()
    assert merge.status == MergeStatus.UNDONE
    assert heading(client.get(path(link))) in either("You are not asked any more")

    again = merged((fresh(two[0]), two[1]), boss)
    answer_move(again.supports.first(), move=False, at=AT)
    with pytest.raises(NotAllowed) as refused:
        undo_merge(again, by=boss, at=AT)
    assert refused.value.decision.reason == DeniedReason.SOMEBODY_ANSWERED


def test_the_question_to_the_author_can_be_taken_back(client, staff_client, two, boss):
    merge = propose_merge(*two, by=boss, at=AT)
    case = reverse("borgerdialog_ideas:item", args=[two[0].pk])
    assert "Take back the merging" in staff_client.get(case).content.decode()
    staff_client.post(reverse("borgerdialog_ideas:action", args=[two[0].pk, "unmerge"]))
    shown = client.get(path(link_url("merge", merge, site=two[0].site)))
    assert heading(shown) in either("You are not asked any more")


def test_there_are_no_chains(collection, two, boss):
    merged(two, boss)
    third = fresh(IdeaFactory(activity=collection.activity))
    for pair in ((fresh(two[1]), third), (third, fresh(two[0])), (fresh(two[0]), third)):
        with pytest.raises(NotAllowed) as refused:
            propose_merge(*pair, by=boss, at=AT)
        assert refused.value.decision.reason == DeniedReason.NOT_TOGETHER


@pytest.mark.parametrize("change", ["itself", "hidden", "ended", "elsewhere"])
def test_only_two_open_public_texts_of_one_page_are_merged(two, boss, change):
    duplicate, original = two
    if change == "itself":
        original = duplicate
    elif change == "hidden":
        Idea.objects.filter(pk=original.pk).update(visibility=Visibility.HIDDEN)
    elif change == "ended":
        done = Status.objects.of_kind(StatusKind.DONE)
        Idea.objects.filter(pk=original.pk).update(status=done)
    else:
        original = fresh(IdeaFactory())
    if change == "itself":
        with pytest.raises(IntegrityError), transaction.atomic():
            Merge.objects.create(duplicate=duplicate, original=duplicate, proposed_at=AT)
        return
    with pytest.raises(NotAllowed) as refused:
        propose_merge(duplicate, original, by=boss, at=AT)
    assert refused.value.decision.reason == DeniedReason.NOT_TOGETHER


def test_a_yes_that_comes_too_late_changes_nothing(client, two, boss):
    merge = propose_merge(*two, by=boss, at=AT)
    Idea.objects.filter(pk=two[1].pk).update(visibility=Visibility.REMOVED)
    denied = press(client, link_url("merge", merge, site=two[0].site), "yes")
    assert denied.status_code == 409
    assert fresh(two[0]).status.kind == StatusKind.RECEIVED


def test_a_hidden_text_is_named_nowhere(client, collection, two, boss):
    merge = merged(two, boss)
    Idea.objects.filter(pk=two[1].pk).update(visibility=Visibility.HIDDEN)
    assert "Bænke ved havnen" not in words(client.get(page_of(collection, two[0])))
    link = link_url("move-support", merge.supports.first(), site=two[0].site)
    assert "Bænke ved havnen" not in words(client.get(path(link)))
    denied = press(client, link, "move")
    assert denied.status_code == 409
    assert fresh(two[0]).support_count == 3


def test_who_may_not_answer_cases_may_not_merge(two):
    with pytest.raises(NotAllowed) as refused:
        propose_merge(*two, by=UserFactory(is_staff=True), at=AT)
    assert refused.value.decision.reason == DeniedReason.NO_PERMISSION


def test_a_reference_that_is_not_on_the_page_is_refused_beside_the_field(staff_client, two):
    url = reverse("borgerdialog_ideas:action", args=[two[0].pk, "merge"])
    for wrong in ("2026-00000", "havnen", two[0].reference):
        answer = staff_client.post(url, {"original": wrong}).content.decode()
        assert "There is no other public text with this reference here." in answer
    assert not Merge.objects.exists()


def test_the_merging_is_told_once_and_about_the_duplicate(two, boss):
    told = []

    def listen(sender, contribution, event, **kwargs):
        told.append((contribution.pk, event))

    contribution_event.connect(listen)
    try:
        merged(two, boss)
    finally:
        contribution_event.disconnect(listen)
    assert told.count((two[0].pk, "merged")) == 1
    assert (two[1].pk, "merged") not in told


def test_the_case_says_how_many_have_answered(staff_client, two, boss):
    merge = merged(two, boss)
    answer_move(merge.supports.order_by("pk")[1], move=True, at=AT)
    for idea in two:
        case = staff_client.get(reverse("borgerdialog_ideas:item", args=[idea.pk]))
        assert "1 moved, 0 stay, 2 have not answered" in case.content.decode()


@pytest.mark.parametrize("mergings", [0, 20])
def test_the_page_costs_the_same_however_many_were_merged(client, collection, two, boss, mergings):
    url = page_of(collection, two[1])
    client.get(url)
    with CaptureQueriesContext(connection) as before:
        client.get(url)
    for _ in range(mergings):
        other = fresh(IdeaFactory(activity=collection.activity, participant=None))
        propose_merge(other, fresh(two[1]), by=boss, at=AT)
    with CaptureQueriesContext(connection) as after:
        client.get(url)
    assert len(after) == len(before)


# -- At the same moment


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_one_who_presses_move_twelve_times_at_once_moves_once(two, boss):
    merge = merged(two, boss)
    mover = merge.supports.order_by("pk")[1]
    url = path(link_url("move-support", mover, site=two[0].site))
    burst(lambda browser: browser.post(url, {"choice": "move"}).status_code)
    assert (fresh(two[0]).support_count, fresh(two[1]).support_count) == (2, 3)
    assert recount(fix=False) == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_who_move_while_others_support_are_each_counted_once(two, boss):
    for _ in range(9):
        SupportFactory(contribution=two[0])
    merge = merged((fresh(two[0]), two[1]), boss)
    urls = iter(
        [path(link_url("move-support", row, site=two[0].site)) for row in merge.supports.all()]
    )
    answers = burst(lambda browser: browser.post(next(urls), {"choice": "move"}).status_code)
    assert answers == [303] * 12
    assert (fresh(two[0]).support_count, fresh(two[1]).support_count) == (0, 13)
    assert recount(fix=False) == []
    assert Support.objects.filter(contribution=two[1], status="confirmed").count() == 13


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_that_are_merged_into_each_other_at_once_make_no_ring(two, boss):
    pairs = iter([two, two[::-1]] * 6)

    def act(browser: Client) -> str:
        propose_merge(*next(pairs), by=boss, at=AT)
        return "asked"

    answers = burst(act)
    assert [a for a in answers if not isinstance(a, NotAllowed)] == ["asked"]
    assert Merge.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_nobody_is_asked_twice_by_two_clocks_at_once(two, boss):
    merge = merged(two, boss)
    OutgoingMail.objects.filter(template="merge_move").delete()
    MergedSupport.objects.filter(merge=merge).update(asked_at=None)
    burst(lambda browser: ask_supporters(at=AT + datetime.timedelta(minutes=1), limit=1))
    assert OutgoingMail.objects.filter(template="merge_move").count() == 3
