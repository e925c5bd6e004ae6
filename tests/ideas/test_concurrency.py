"""What a double click does when both requests run at once."""

import threading
import uuid

import pytest
from django.db import connection
from django.utils import timezone

from wagtail_borgerdialog.contributions.models import ReferenceSequence, StatusChange
from wagtail_borgerdialog.ideas import actions
from wagtail_borgerdialog.ideas.models import Idea
from wagtail_borgerdialog.pages.models import IdeaPage
from wagtail_borgerdialog.people.eligibility import NOBODY
from wagtail_borgerdialog.people.senders import Sender
from wagtail_borgerdialog.terms import NameDisplay, VerificationLevel
from wagtail_borgerdialog.testing.ideas import DISCLAIMER, make_idea_page

SENDER = Sender(NOBODY, None, "Karla", NameDisplay.FULL, declared=True, must_confirm=False)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_requests_with_the_same_form_make_one_idea():
    activity = make_idea_page(IdeaPage, submit_level=VerificationLevel.NONE).activity
    start = threading.Barrier(8)
    got: list[int] = []

    def submit(key: uuid.UUID) -> None:
        draft = Idea(title="Bænk", body="Ved havnen.", language="da", submission_key=key)
        start.wait()
        try:
            idea = actions.submit(
                draft, activity=activity, sender=SENDER, disclaimer=DISCLAIMER, at=timezone.now()
            )
            got.append(idea.pk)
        finally:
            connection.close()

    for _burst in range(5):
        key = uuid.uuid4()
        threads = [threading.Thread(target=submit, args=(key,)) for _request in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    activity.refresh_from_db()
    assert len(got) == 40
    assert Idea.objects.count() == StatusChange.objects.count() == 5
    assert activity.contribution_count == 5
    assert ReferenceSequence.objects.get().last == 5
