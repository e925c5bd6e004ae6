"""What holds when colleagues answer at the same moment: real threads, real connections."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from tests.contributions.test_races import AT_ONCE
from wagtail_borgerdialog.contributions.models import Contribution, StatusChange, StatusKind
from wagtail_borgerdialog.followup.actions.answering import (
    AnswerWords,
    approve_answer,
    change_answer,
    note_internally,
    publish_answer,
    write_answer,
)
from wagtail_borgerdialog.followup.models import Case, OfficialAnswer
from wagtail_borgerdialog.followup.selectors import newest
from wagtail_borgerdialog.models import OutgoingMail
from wagtail_borgerdialog.people.eligibility import NotAllowed
from wagtail_borgerdialog.testing.factories import ContributionFactory, UserFactory

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

YES = AnswerWords(outcome="adopted", body="Ja. Vi gør det i maj.", signed_as="Vej og park")


def together(*acts: Callable[[], object]) -> list[object]:
    """Each act in a thread of its own, at the same moment: what it gave, or why it could not."""
    line = threading.Barrier(len(acts))
    given: list[object] = []

    def run(act: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            line.wait()
            given.append(act())
        except NotAllowed as error:
            given.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


@pytest.fixture
def idea() -> Contribution:
    return ContributionFactory()


@pytest.fixture
def caseworker():
    return UserFactory(is_superuser=True)


def again(idea: Contribution) -> Contribution:
    """The row as another request reads it."""
    return Contribution.objects.select_related("activity", "site", "status").get(pk=idea.pk)


def test_an_answer_that_is_published_twelve_times_at_once_is_public_once(idea, caseworker):
    at = timezone.now()
    write_answer(idea, YES, by=caseworker, at=at)
    mark = newest(idea).mark
    copies = [again(idea) for _ in range(AT_ONCE)]
    given = together(
        *(
            lambda copy=copy: publish_answer(copy, by=caseworker, at=at, as_read=mark)
            for copy in copies
        )
    )
    assert sum(isinstance(one, OfficialAnswer) for one in given) == 1
    assert sum(isinstance(one, NotAllowed) for one in given) == AT_ONCE - 1
    assert OfficialAnswer.objects.published().count() == 1
    assert Case.objects.count() == 1
    assert OutgoingMail.objects.filter(template="answered").count() == 1
    assert StatusChange.objects.filter(to_status__kind=StatusKind.ACCEPTED).count() == 1


def test_drafts_that_are_saved_at_once_are_one_and_nobody_is_overwritten(idea, caseworker):
    at = timezone.now()
    texts = [AnswerWords("adopted", f"Svar {n}.", "Vej og park") for n in range(AT_ONCE)]
    copies = [again(idea) for _ in texts]
    given = together(
        *(
            lambda copy=copy, text=text: write_answer(copy, text, by=caseworker, at=at, as_read="")
            for copy, text in zip(copies, texts, strict=True)
        )
    )
    assert given.count(True) == 1
    assert OfficialAnswer.objects.count() == 1


def test_a_case_that_is_needed_twelve_times_at_once_is_made_once(idea, caseworker):
    copies, at = [again(idea) for _ in range(AT_ONCE)], timezone.now()

    def note(copy: Contribution) -> int:
        return note_internally(copy, "Ring til Vej og park.", by=caseworker, at=at).case_id

    given = together(*(lambda copy=copy: note(copy) for copy in copies))
    assert len(set(given)) == 1
    assert Case.objects.count() == 1


def test_words_that_are_changed_while_somebody_approves_them_are_not_approved(idea, caseworker):
    at = timezone.now()
    write_answer(idea, YES, by=caseworker, at=at)
    mark, other = newest(idea).mark, AnswerWords("adopted", "Noget andet.", "Vej og park")
    one, two = again(idea), again(idea)
    together(
        lambda: approve_answer(one, by=caseworker, at=at, as_read=mark),
        lambda: write_answer(two, other, by=UserFactory(is_superuser=True), at=timezone.now()),
    )
    answer = OfficialAnswer.objects.get()
    assert (answer.state, answer.body) == ("draft", "Noget andet.")


def test_the_same_change_sent_twelve_times_counts_one_version(idea, caseworker):
    at = timezone.now()
    write_answer(idea, YES, by=caseworker, at=at)
    publish_answer(idea, by=caseworker, at=at)
    mark, other = newest(idea).mark, AnswerWords("adopted", "Ja, i juni.", "Vej og park")
    copies = [again(idea) for _ in range(AT_ONCE)]
    given = together(
        *(
            lambda copy=copy: change_answer(copy, other, by=caseworker, at=at, as_read=mark)
            for copy in copies
        )
    )
    assert given.count(True) == 1
    assert given.count(False) == AT_ONCE - 1
    assert OfficialAnswer.objects.get().version == 2
    assert OutgoingMail.objects.filter(template="answered").count() == 2
