"""The lists: search, filters, order, exports, and a cost that does not grow with the rows."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from openpyxl import load_workbook
from wagtail.models import Locale
from wagtail.users.models import UserProfile

from tests.admin.conftest import IdeaFactory, comment_on, days_ago, offer, pending, proposal_at
from wagtail_borgerdialog.contributions.models import Comment, Status, StatusKind, Visibility
from wagtail_borgerdialog.ideas.models import HelpOffer
from wagtail_borgerdialog.proposals.models import Addendum
from wagtail_borgerdialog.terms import Channel
from wagtail_borgerdialog.testing.factories import AreaFactory, CategoryFactory, ParticipantFactory

IDEAS = "borgerdialog_ideas:list"


def titles(client, query: str = "", name: str = IDEAS) -> list[str]:
    response = client.get(reverse(name) + query)
    assert response.status_code == 200
    return [row.title for row in response.context["object_list"]]


def test_search_finds_a_reference_a_word_of_the_text_and_the_beginning_of_a_title(town):
    bench = IdeaFactory(activity=town.here, title="Bænke ved havnen", body="Gerne af egetræ.")
    IdeaFactory(activity=town.here, title="Et træ på torvet", body="En stor lind.")
    IdeaFactory(activity=town.elsewhere, title="Bænke på en anden side")
    client = town.client("moderator")
    for words in (bench.reference, "egetræ", "bænke", "Bæn"):
        for order in ("", "&ordering=-submitted_at"):
            assert titles(client, f"?q={words}{order}") == [bench.title], words
    assert bench.title in titles(client, f"?q={bench.reference[:-1]}")
    assert titles(client, "?q=finnes-ikke") == []
    assert "Et træ på torvet" not in titles(client, "?q=egetr%C3%A6")


def test_each_filter_narrows_the_list(town):
    area, category = AreaFactory(), CategoryFactory()
    wanted = IdeaFactory(
        activity=town.here,
        title="Den ene",
        area=area,
        category=category,
        channel=Channel.PHONE,
        visibility=Visibility.HIDDEN,
        status=Status.objects.of_kind(StatusKind.IN_PROCESS),
        submitted_at=days_ago(40),
    )
    IdeaFactory(activity=town.here, title="Den anden")
    client = town.client("moderator")
    day = localdate(wanted.submitted_at).isoformat()
    for query in (
        f"?area={area.pk}",
        f"?category={category.pk}",
        "?channel=phone",
        "?visibility=hidden",
        f"?status={wanted.status_id}",
        f"?submitted_at_from={day}&submitted_at_to={day}",
        f"?area={area.pk}&q=den&visibility=hidden&submitted_at_from={day}&submitted_at_to={day}",
    ):
        assert titles(client, query) == ["Den ene"], query
    assert titles(client, f"?activity={town.here.pk}") == ["Den anden", "Den ene"]


def test_several_statuses_can_be_chosen_at_once_also_in_a_search(town):
    for kind in (StatusKind.RECEIVED, StatusKind.IN_PROCESS, StatusKind.DONE):
        status = Status.objects.of_kind(kind)
        IdeaFactory(activity=town.here, title=f"Bænk {kind}", status=status)
    chosen = [Status.objects.of_kind(kind).pk for kind in (StatusKind.RECEIVED, StatusKind.DONE)]
    query = f"?status={chosen[0]}&status={chosen[1]}"
    for search in ("", "&q=bænk", "&q=bæn"):
        found = set(titles(town.client("moderator"), query + search))
        assert found == {"Bænk received", "Bænk done"}, search


def test_the_filter_for_categories_offers_each_subject_once(town):
    category = CategoryFactory(name="Trafik")
    english, _created = Locale.objects.get_or_create(language_code="en")
    translated = category.copy_for_translation(english)
    translated.name = "Traffic"
    translated.save()
    IdeaFactory(activity=town.here, title="In English", category=translated)
    client = town.client("moderator")
    offered = client.get(reverse(IDEAS)).context["filters"].form.fields["category"].queryset
    assert list(offered) == [category]
    assert titles(client, f"?category={category.pk}") == ["In English"]


def test_a_case_leads_to_all_comments_on_it_and_to_no_others(town):
    idea, other = IdeaFactory(activity=town.here), IdeaFactory(activity=town.here)
    mine = comment_on(idea)
    comment_on(other)
    client = town.client("moderator")
    case = client.get(reverse("borgerdialog_ideas:item", args=[idea.pk]))
    listed = client.get(case.context["comments_url"]).context["object_list"]
    assert [comment.pk for comment in listed] == [mine.pk]


def test_the_filter_for_pages_offers_only_ones_own(town):
    page = town.client("moderator").get(reverse(IDEAS)).content.decode()
    assert "Idébanken" in page
    assert "Borgermillionen" not in page


def test_the_list_can_be_put_in_order_by_supports(town):
    IdeaFactory(activity=town.here, title="Lidt", support_count=2)
    IdeaFactory(activity=town.here, title="Meget", support_count=30)
    client = town.client("moderator")
    assert titles(client, "?ordering=-support_count") == ["Meget", "Lidt"]
    assert titles(client, "?ordering=support_count") == ["Lidt", "Meget"]


def rows_of(response: object, kind: str) -> list[list[object]]:
    content = b"".join(response.streaming_content)
    if kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    return [list(row) for row in load_workbook(io.BytesIO(content)).active.values]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_exports_hold_ones_own_rows_and_run_nothing(town, kind):
    pending(town.here, title="=HYPERLINK(1)", body="klokke\u0007 @SUM(A1)")
    pending(town.elsewhere, title="En andens")
    response = town.client("moderator").get(reverse(IDEAS) + f"?export={kind}")
    rows = rows_of(response, kind)
    assert len(rows) == 2
    cells = rows[1]
    assert ("'=HYPERLINK(1)" if kind == "csv" else "=HYPERLINK(1)") in cells
    assert not any("\u0007" in str(cell) for cell in cells)
    if kind == "xlsx":
        response = town.client("moderator").get(reverse(IDEAS) + "?export=xlsx")
        sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
        assert {cell.data_type for row in sheet for cell in row} <= {"s", "inlineStr", "n", "d"}


@pytest.mark.parametrize(
    ("role", "is_told"), [("moderator", True), ("caseworker", False), ("editor", False)]
)
def test_only_those_who_moderate_get_addresses_in_the_export(town, role, is_told):
    idea = pending(town.here)
    response = town.client(role).get(reverse(IDEAS) + "?export=csv")
    assert (idea.participant.email in str(rows_of(response, "csv"))) is is_told


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_exports_of_ideas_hold_the_answers_and_those_of_proposals_the_goal(town, kind):
    IdeaFactory(
        activity=town.here,
        answers=[
            {"id": "1", "question": "Hvem kan være med?", "value": "=Alle", "private": True},
            {"id": "2", "question": "Hvornår?", "value": "", "private": False},
        ],
    )
    proposal_at(town.here, support_goal=450, remarks="Det er varmt.")
    client = town.client("caseworker")
    ideas = rows_of(client.get(reverse(IDEAS) + f"?export={kind}"), kind)
    assert "Hvem kan være med? =Alle" in ideas[1]
    url = reverse("borgerdialog_proposals:list") + f"?export={kind}"
    proposals = [str(cell) for cell in rows_of(client.get(url), kind)[1]]
    assert "450" in proposals
    assert "Det er varmt." in proposals


@pytest.mark.parametrize("name", ["ideas", "proposals", "comments", "help", "addenda", "mails"])
def test_every_column_of_a_danish_export_has_a_danish_heading_of_its_own(town, name):
    UserProfile.objects.filter(user=town.staff["moderator"]).update(preferred_language="da")
    url = reverse(f"borgerdialog_{name}:list")
    headings = rows_of(town.client("moderator").get(url + "?export=csv"), "csv")[0]
    assert len(set(headings)) == len(headings)
    english = rows_of(town.client("superuser").get(url + "?export=csv"), "csv")[0]
    same = {"Status", "E-mail"}
    for danish, heading in zip(headings, english, strict=True):
        assert danish != heading or danish in same, heading
        assert "_" not in danish


def test_the_export_of_a_filtered_list_is_filtered(town):
    pending(town.here, title="Venter")
    IdeaFactory(activity=town.here, title="Er ude")
    response = town.client("moderator").get(reverse(IDEAS) + "?visibility=pending&export=csv")
    assert [row[1] for row in rows_of(response, "csv")[1:]] == ["Venter"]


def fill(town, n: int) -> None:
    """``n`` more ideas and proposals, and as many comments, offers and addenda."""
    if not n:
        return
    somebody, areas, now = ParticipantFactory(), [AreaFactory(), AreaFactory()], timezone.now()
    common = {"activity": town.here, "participant": somebody}
    for number in range(n):
        idea = pending(area=areas[number % 2], **common)
        proposal = proposal_at(**common)
    waiting = {
        "participant": somebody,
        "language": "da",
        "visibility": Visibility.PENDING,
        "created_at": now,
    }
    Comment.objects.bulk_create(
        Comment(contribution_id=idea.pk, body="Enig.", **waiting) for _ in range(n)
    )
    HelpOffer.objects.bulk_create(HelpOffer(idea=idea, text="Ja.", **waiting) for _ in range(n))
    Addendum.objects.bulk_create(
        Addendum(proposal=proposal, body="Mere.", **waiting) for _ in range(n)
    )


def test_lists_exports_and_the_front_page_cost_the_same_at_0_20_and_200_rows(
    town, django_assert_max_num_queries
):
    client = town.client("moderator")
    paths = {
        reverse(IDEAS): 20,
        reverse(IDEAS) + "?q=havnen&visibility=pending": 22,
        reverse(IDEAS) + "?export=csv": 12,
        reverse("borgerdialog_proposals:list"): 20,
        reverse("borgerdialog_comments:list"): 16,
        reverse("borgerdialog_help:list"): 14,
        reverse("borgerdialog_addenda:list"): 14,
        reverse("wagtailadmin_home"): 45,
    }
    counts: dict[str, list[int]] = {path: [] for path in paths}
    for step in (0, 20, 180):
        fill(town, step)
        for path, most in paths.items():
            with django_assert_max_num_queries(most) as queries:
                response = client.get(path)
                if "export" in path:
                    b"".join(response.streaming_content)
            counts[path].append(len(queries))
    for path, (_none, few, many) in counts.items():
        assert few == many, (path, counts[path])


def test_a_case_costs_the_same_with_few_and_with_many_comments(town):
    client = town.client("moderator")
    idea = IdeaFactory(activity=town.here)
    url = reverse("borgerdialog_ideas:item", args=[idea.pk])
    client.get(url)
    counts = []
    for n in (2, 60):
        for _ in range(n):
            comment_on(idea)
        offer(idea)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 32
