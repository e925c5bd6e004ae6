"""What the page of a proposal offers about support, and what it says where it offers nothing."""

import pytest
from django.utils import timezone

from tests.citizens import page, words
from tests.proposals.conftest import route
from wagtail_borgerdialog.contributions.models import StatusChange, StatusKind
from wagtail_borgerdialog.testing.factories import ParticipantFactory, SupportFactory, UserFactory
from wagtail_borgerdialog.testing.proposals import ProposalFactory

pytestmark = pytest.mark.django_db

WHO_CAN = "personer skal støtte det inden for"


def test_the_rules_of_support_show_only_while_one_can_support(client, scheme):
    collects, decided = (
        ProposalFactory(activity=scheme.activity, kind=kind)
        for kind in (StatusKind.OPEN_FOR_SUPPORT, StatusKind.REJECTED)
    )
    assert WHO_CAN in words(client.get(route(scheme, "proposal", collects.reference)))
    shown = client.get(route(scheme, "proposal", decided.reference))
    assert WHO_CAN not in page(shown).select_one(".bd-panel").get_text()
    assert "Sagen kan ikke støttes, som den står nu." in words(shown)


def test_whoever_supports_it_is_told_so_and_finds_the_way_back(client, scheme):
    user = UserFactory(verified=True)
    proposal = ProposalFactory(activity=scheme.activity)
    SupportFactory(
        contribution=proposal.contribution_ptr, participant=ParticipantFactory(user=user)
    )
    client.force_login(user)
    panel = page(client.get(route(scheme, "proposal", proposal.reference))).select_one(".bd-panel")
    assert "Du støtter dette forslag" in panel.get_text()
    assert [link.get_text() for link in panel.find_all("a")] == [
        "Se din støtte, eller træk den tilbage"
    ]


def test_a_case_that_is_over_promises_nothing_more(client, scheme):
    for kind, comes in ((StatusKind.IN_PROCESS, True), (StatusKind.REJECTED, False)):
        proposal = ProposalFactory(activity=scheme.activity, kind=kind)
        status = proposal.status
        status.explanation = "Det står her på siden."
        status.save()
        StatusChange.objects.create(
            contribution=proposal.contribution_ptr, to_status=status, at=timezone.now()
        )
        shown = page(client.get(route(scheme, "proposal", proposal.reference)))
        assert ("Det næste:" in shown.select_one("#timeline").get_text()) is comes
