"""What holds when requests arrive at the same moment: real threads, real connections."""

import threading
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AbstractBaseUser
from django.core.files.base import ContentFile
from django.db import connection, models
from django.test import Client
from django.utils import timezone

from tests.citizens import address, hidden
from wagtail_borgerdialog.contributions.actions import confirm_comment, recount, withdraw
from wagtail_borgerdialog.contributions.actions.attaching import PreparedFile, add_attachments
from wagtail_borgerdialog.contributions.models import (
    Attachment,
    Comment,
    Contribution,
    Support,
    Visibility,
)
from wagtail_borgerdialog.models import Activity, OutgoingMail
from wagtail_borgerdialog.people.actions import participant_for_user
from wagtail_borgerdialog.people.eligibility import NotAllowed
from wagtail_borgerdialog.people.models import Participant
from wagtail_borgerdialog.people.selectors import person_of
from wagtail_borgerdialog.testing.factories import (
    ActivityFactory,
    CommentFactory,
    ContributionFactory,
    ParticipantFactory,
    SupportFactory,
    UserFactory,
)

BURSTS = 40
AT_ONCE = 12

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def burst(act: Callable[[Client], object], *, user: AbstractBaseUser | None = None) -> list[object]:
    """``AT_ONCE`` browsers do the same thing at the same moment; what each was answered."""
    browsers = [Client() for _ in range(AT_ONCE)]
    if user is not None:
        browsers[0].force_login(user)
        for browser in browsers:
            browser.cookies = browsers[0].cookies
    line = threading.Barrier(AT_ONCE)
    answers: list[object] = []

    def run(browser: Client) -> None:
        try:
            connection.ensure_connection()
            line.wait()
            answers.append(act(browser))
        except Exception as error:
            answers.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[browser]) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def support_bursts(bursts: int) -> tuple[list[int], list[int]]:
    """One person supports ``bursts`` ideas, each twelve times at once: rows, and counters."""
    user = UserFactory(verified=True)
    activity = ActivityFactory()
    rows, counters = [], []
    for _ in range(bursts):
        idea = ContributionFactory(activity=activity)
        url = address("support", idea.reference)
        answers = burst(lambda browser, url=url: browser.post(url).status_code, user=user)
        assert answers == [303] * AT_ONCE
        rows.append(Support.objects.filter(contribution=idea, status="confirmed").count())
        idea.refresh_from_db()
        counters.append(idea.support_count)
    return rows, counters


def test_one_person_who_presses_twelve_times_at_once_counts_once():
    rows, counters = support_bursts(BURSTS)
    assert rows == [1] * BURSTS
    assert counters == [1] * BURSTS
    assert Participant.objects.exclude(user=None).count() == 1
    assert recount(fix=False) == []


def test_it_is_the_constraint_that_holds():
    """The same bursts without it: were they green, the test above would prove nothing."""
    constraint = next(
        found
        for found in Support._meta.constraints
        if found.name == "borgerdialog_support_once_per_person"
    )
    assert isinstance(constraint, models.UniqueConstraint)
    with connection.schema_editor() as editor:
        editor.remove_constraint(Support, constraint)
    try:
        rows, _counters = support_bursts(3)
        assert max(rows) > 1
    finally:
        Support.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Support, constraint)


def test_one_address_typed_twelve_times_at_once_is_one_person_and_one_mail():
    idea = ContributionFactory()
    url = address("support", idea.reference)
    typed = {**hidden(Client().get(url)), "email": "asta@example.dk"}
    answers = burst(lambda browser: browser.post(url, typed).status_code)
    # The tenth mail of the day was the last that the address may get; nobody gets an error page.
    assert set(answers) <= {303, 429}
    assert Participant.objects.filter(email="asta@example.dk").count() == 1
    assert Support.objects.filter(contribution=idea).count() == 1
    assert OutgoingMail.objects.filter(template="confirm_support").count() == 1


def test_twelve_people_at_once_are_twelve():
    idea = ContributionFactory()
    people = iter(UserFactory.create_batch(AT_ONCE, verified=True))
    lock = threading.Lock()
    url = address("support", idea.reference)

    def support(browser: Client) -> int:
        with lock:
            user = next(people)
        browser.force_login(user)
        return browser.post(url).status_code

    assert burst(support) == [303] * AT_ONCE
    idea.refresh_from_db()
    assert idea.support_count == AT_ONCE
    assert recount(fix=False) == []


def test_a_double_click_on_a_comment_is_one_comment():
    user = UserFactory(verified=True)
    browser = Client()
    browser.force_login(user)
    idea = ContributionFactory()
    browser.post(address("support", idea.reference))  # from now on the participant exists
    url = address("comment", idea.reference)
    typed = {
        **hidden(browser.get(url)),
        "body": "Det er en god idé.",
        "language": "da",
        "name_display": "full",
    }
    answers = burst(lambda browser: browser.post(url, typed).status_code, user=user)
    assert answers == [303] * AT_ONCE
    assert Comment.objects.count() == 1
    assert recount(fix=False) == []


def test_taking_back_an_idea_twelve_times_at_once_takes_it_off_the_count_once():
    asta = ParticipantFactory()
    idea = ContributionFactory(participant=asta)
    ContributionFactory(activity=idea.activity)

    def take_back(browser: Client) -> str:
        found = Contribution.objects.select_related("activity", "site").get(pk=idea.pk)
        try:
            withdraw(found, by=person_of(asta), at=timezone.now())
        except NotAllowed:
            return "already"
        return "now"

    assert sorted(burst(take_back)) == ["already"] * (AT_ONCE - 1) + ["now"]
    idea.refresh_from_db()
    assert idea.visibility == Visibility.WITHDRAWN
    assert Activity.objects.get(pk=idea.activity_id).contribution_count == 1


def test_confirming_a_comment_twelve_times_at_once_publishes_it_once():
    comment = CommentFactory(visibility=Visibility.DRAFT)

    def confirm(browser: Client) -> bool:
        found = Comment.objects.select_related(
            "contribution__activity", "participant", "parent"
        ).get(pk=comment.pk)
        return confirm_comment(found, at=timezone.now())

    assert sorted(burst(confirm)) == [False] * (AT_ONCE - 1) + [True]
    comment.contribution.refresh_from_db()
    assert comment.contribution.comment_count == 1


def test_two_people_who_turn_out_to_be_one_twelve_times_at_once_are_counted_once():
    for _ in range(10):
        user = UserFactory(verified=True)
        asta = participant_for_user(user, at=timezone.now(), language="da")
        other = ParticipantFactory()
        idea = ContributionFactory()
        for person in (asta, other):
            SupportFactory(contribution=idea, participant=person)
        EmailAddress.objects.filter(user=user).update(email=other.email)

        def become_one(browser: Client, user: AbstractBaseUser = user) -> int:
            return participant_for_user(user, at=timezone.now(), language="da").pk

        assert burst(become_one) == [asta.pk] * AT_ONCE
        assert Support.objects.filter(contribution=idea, status="confirmed").count() == 1
        assert recount(fix=False) == []


def test_files_added_twelve_times_at_once_keep_to_the_limit(settings):
    settings.BORGERDIALOG_ATTACHMENTS_PER_CONTRIBUTION = 5
    idea = ContributionFactory()

    def add(browser: Client) -> bool:
        file = PreparedFile(ContentFile(b"%PDF-1.4"), "skitse.pdf", "application/pdf")
        try:
            add_attachments(idea, [(file, "")], at=timezone.now())
        except ValueError:
            return False
        return True

    assert sorted(burst(add)) == [False] * (AT_ONCE - 5) + [True] * 5
    assert Attachment.objects.filter(contribution=idea).count() == 5
