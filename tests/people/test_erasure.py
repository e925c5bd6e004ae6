"""After erasure nothing leads to the person, and everything still adds up."""

import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import serializers
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from wagtail.search.backends import get_search_backend

from wagtail_borgerdialog.contributions.actions import support, withdraw_support
from wagtail_borgerdialog.contributions.models import (
    Attachment,
    Comment,
    Contribution,
    ModerationDecision,
    Support,
    Visibility,
)
from wagtail_borgerdialog.contributions.models.support import SupportStatus
from wagtail_borgerdialog.ideas.actions import store_terms
from wagtail_borgerdialog.ideas.models import HelpOffer, Idea
from wagtail_borgerdialog.mail import queue
from wagtail_borgerdialog.models import Activity, OutgoingMail
from wagtail_borgerdialog.pages.models import IdeaPage, ProposalPage
from wagtail_borgerdialog.people.actions import confirm_address, participant_for_email
from wagtail_borgerdialog.people.erasing import erase
from wagtail_borgerdialog.people.models import Erasure, Identity, Participant
from wagtail_borgerdialog.people.selectors import person_of
from wagtail_borgerdialog.proposals.models import Addendum, CoProposer, Proposal
from wagtail_borgerdialog.testing.factories import (
    AttachmentFactory,
    CommentFactory,
    ContributionFactory,
    ParticipantFactory,
    SupportFactory,
    UserFactory,
    default_site,
)
from wagtail_borgerdialog.testing.ideas import HelpOfferFactory, IdeaFactory, make_idea_page
from wagtail_borgerdialog.testing.proposals import (
    CoProposerFactory,
    ProposalFactory,
    make_proposal_page,
)

pytestmark = pytest.mark.django_db

NAME = "Asta Kvistgård Prøve"
RARE = "Kvistgård"
ADDRESS = "asta.kvistgaard@example.dk"


def traces(*words: str) -> list[str]:
    """Where in the whole database and among the stored files one of ``words`` stands."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor, include_views=False):
            cursor.execute("SELECT * FROM " + connection.ops.quote_name(table))  # noqa: S608
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    if isinstance(value, bytes | memoryview):
                        value = bytes(value).decode("utf-8", "replace")
                    # SQLite keeps JSON in ASCII.
                    value = str(value).casefold().replace("\\u00e5", "å").replace("\\u00f8", "ø")
                    if any(word.casefold() in value for word in words):
                        found.append(f"{table}.{column}")
    for path in Path(settings.MEDIA_ROOT).rglob("*"):
        if path.is_file() and any(word.encode() in path.read_bytes() for word in words):
            found.append(str(path))
        if any(word.casefold() in path.name.casefold() for word in words):
            found.append(path.name)
    return found


def totals() -> dict[str, object]:
    rows = Contribution.objects.order_by("pk")
    return {
        "supports": list(rows.values_list("pk", "support_count", "comment_count")),
        "contributions": list(Activity.objects.order_by("pk").values_list("contribution_count")),
        "counted": Support.objects.filter(status=SupportStatus.CONFIRMED).count(),
        "texts": [
            model.objects.exclude(visibility=Visibility.DRAFT).count()
            for model in (Contribution, Comment, HelpOffer, Addendum)
        ],
        "coproposers": CoProposer.objects.count(),
    }


@pytest.fixture
def asta(settings, tmp_path, django_capture_on_commit_callbacks) -> SimpleNamespace:
    """Somebody who has left a trace in every table that takes one."""
    settings.MEDIA_ROOT = tmp_path
    at = timezone.now()
    user = UserFactory(
        username=ADDRESS, email=ADDRESS, first_name="Asta Kvistgård", last_name="Prøve"
    )
    EmailAddress.objects.create(user=user, email=ADDRESS, verified=True, primary=True)
    person = ParticipantFactory(name=NAME, email=ADDRESS, user=user)
    site = default_site()
    ideas, proposals = make_idea_page(IdeaPage), make_proposal_page(ProposalPage)
    signed = f"Hilsen {NAME}, {ADDRESS}"
    idea = IdeaFactory(
        activity=Activity.objects.get(page=ideas),
        participant=person,
        public_name=NAME,
        title=f"{NAME}s bænk",
        body=signed,
        answers=[{"id": "1", "question": "Hvem er du?", "value": signed, "private": True}],
        evidence=f"Brev fra {NAME}",
    )
    store_terms(idea)
    others_idea = IdeaFactory(
        activity=idea.activity, body=f"Jeg skrev til {ADDRESS} i går.", public_name="Bo"
    )
    picture = AttachmentFactory(
        contribution=idea, name=f"{NAME}.jpg", alt_text=f"{NAME} ved en bænk"
    )
    ModerationDecision.objects.create(
        contribution=idea, action="publish", internal_note=f"Ringede til {NAME}", decided_at=at
    )
    proposal = ProposalFactory(
        activity=Activity.objects.get(page=proposals), participant=person, remarks=signed
    )
    stands_behind = CoProposerFactory(
        proposal=ProposalFactory(activity=proposal.activity), participant=person
    )
    addendum = Addendum.objects.create(
        proposal=proposal,
        participant=person,
        public_name=NAME,
        body=signed,
        language="da",
        visibility=Visibility.VISIBLE,
        created_at=at,
    )
    own = SupportFactory(contribution=others_idea, participant=person, evidence=f"Brev fra {NAME}")
    comment = CommentFactory(contribution=others_idea, participant=person, body=signed)
    CommentFactory(contribution=idea, body=f"Jeg er enig med {NAME}.", public_name="Bo Test")
    offer = HelpOfferFactory(idea=others_idea, participant=person, text=signed)
    for to, key in ((ADDRESS, person.person_key), ("bo@example.dk", "b" * 64)):
        queue(
            "1:told",
            template="receipt",
            to=to,
            recipient_key=key,
            site=site,
            language="da",
            at=at,
            context={"title": f"Fra {NAME}", "steps": [ADDRESS]},
        )
    return SimpleNamespace(
        person=person,
        user=user,
        idea=idea,
        others_idea=others_idea,
        proposal=proposal,
        stands_behind=stands_behind,
        addendum=addendum,
        support=own,
        comment=comment,
        offer=offer,
        picture=picture,
        at=at,
    )


def test_the_search_finds_somebody_who_is_there(asta):
    places = traces(NAME, ADDRESS)
    for table in (
        "borgerdialog_people_participant",
        "borgerdialog_contributions_contribution",
        "borgerdialog_contributions_comment",
        "borgerdialog_contributions_attachment",
        "borgerdialog_contributions_moderationdecision",
        "borgerdialog_contributions_support",
        "borgerdialog_ideas_idea",
        "borgerdialog_ideas_helpoffer",
        "borgerdialog_proposals_proposal",
        "borgerdialog_proposals_addendum",
        "borgerdialog_proposals_coproposer",
        "borgerdialog_outgoingmail",
        "auth_user",
        "account_emailaddress",
        "wagtailsearch_indexentry",
    ):
        assert any(place.startswith(table) for place in places), table


@pytest.mark.parametrize("take_down", [False, True])
def test_nothing_leads_to_somebody_who_was_erased(
    asta, take_down, django_capture_on_commit_callbacks
):
    keys = list(Identity.objects.filter(participant=asta.person).values_list("key", flat=True))
    with django_capture_on_commit_callbacks(execute=True):
        erase(asta.person, at=asta.at, take_down=take_down, with_account=True)
    assert traces(NAME, RARE, ADDRESS) == []
    assert {place.partition(".")[0] for place in traces(*keys)} == {"borgerdialog_people_erasure"}


def test_all_totals_are_what_they_were(asta):
    before = totals()
    erase(asta.person, at=asta.at)
    assert totals() == before
    call_command("borgerdialog_recount")  # fails where a counter and its rows differ


def test_the_case_stays_readable(asta, client):
    erase(asta.person, at=asta.at)
    idea = Idea.objects.get(pk=asta.idea.pk)
    assert idea.is_public
    assert idea.body == "Hilsen [fjernet], [fjernet]"
    assert idea.title == "[fjernet]s bænk"
    assert Attachment.objects.filter(contribution=idea).exists()
    page = idea.activity.page.get_url()
    for path in (f"{page}{idea.reference}/", page):
        response = client.get(path)
        assert response.status_code == 200
        assert RARE not in response.content.decode()
    stood_behind = asta.stands_behind.proposal
    response = client.get(f"{stood_behind.activity.page.get_url()}{stood_behind.reference}/")
    assert response.status_code == 200


def test_a_namesake_keeps_the_name(asta):
    other = ParticipantFactory(name=NAME)
    theirs = ContributionFactory(participant=other, public_name=NAME, body=f"Hilsen {NAME}")
    reply = CommentFactory(contribution=asta.idea, participant=other, public_name=NAME)
    erase(asta.person, at=asta.at)
    theirs.refresh_from_db()
    reply.refresh_from_db()
    other.refresh_from_db()
    assert (theirs.public_name, theirs.body) == (NAME, f"Hilsen {NAME}")
    assert (reply.public_name, other.name) == (NAME, NAME)


def test_texts_that_are_taken_down_lose_their_files_and_stay_on_record(
    asta, django_capture_on_commit_callbacks
):
    stored = Path(settings.MEDIA_ROOT) / asta.picture.file.name
    assert stored.exists()
    with django_capture_on_commit_callbacks(execute=True):
        erase(asta.person, at=asta.at, take_down=True)
    assert not stored.exists()
    for model, pk in (
        (Idea, asta.idea.pk),
        (Proposal, asta.proposal.pk),
        (Comment, asta.comment.pk),
        (HelpOffer, asta.offer.pk),
        (Addendum, asta.addendum.pk),
    ):
        assert model.objects.get(pk=pk).visibility == Visibility.WITHDRAWN, model
    asta.others_idea.refresh_from_db()
    assert asta.others_idea.support_count == 1  # what is counted stays counted
    call_command("borgerdialog_recount")


def test_what_was_never_confirmed_is_gone(asta):
    draft = ContributionFactory(participant=asta.person, visibility=Visibility.DRAFT)
    waiting = SupportFactory(participant=asta.person, status=SupportStatus.PENDING)
    erase(asta.person, at=asta.at)
    assert not Contribution.objects.filter(pk=draft.pk).exists()
    assert not Support.objects.filter(pk=waiting.pk).exists()


def test_the_name_cannot_be_searched_for(asta):
    backend = get_search_backend()
    assert asta.idea.pk in {row.pk for row in backend.search(RARE, Idea)}
    erase(asta.person, at=asta.at)
    assert list(backend.search(RARE, Idea)) == []


def test_the_account_stays_where_nobody_asked_to_delete_it(asta):
    erase(asta.person, at=asta.at)
    assert get_user_model().objects.filter(pk=asta.user.pk).exists()
    assert {place.partition(".")[0] for place in traces(ADDRESS)} == {
        "auth_user",
        "account_emailaddress",
    }


def test_the_login_of_a_colleague_is_never_deleted(asta):
    get_user_model().objects.filter(pk=asta.user.pk).update(is_staff=True)
    erase(asta.person, at=asta.at, with_account=True)
    assert get_user_model().objects.filter(pk=asta.user.pk).exists()


def test_somebody_who_comes_back_is_still_counted_once(asta):
    later = asta.at + datetime.timedelta(minutes=1)
    erase(asta.person, at=asta.at)
    again = participant_for_email(ADDRESS.upper(), name="Asta", at=later, language="da")
    again = confirm_address(again)
    assert again.pk != asta.person.pk
    assert not support(asta.others_idea, by=person_of(again), at=later, declared=True)
    asta.others_idea.refresh_from_db()
    assert asta.others_idea.support_count == 1
    assert withdraw_support(asta.others_idea, participant=again, at=later)


def test_erasing_twice_is_erasing_once(asta):
    erase(asta.person, at=asta.at)
    before = totals(), Erasure.objects.count()
    erase(asta.person, at=asta.at)
    assert (totals(), Erasure.objects.count()) == before


# -- a backup is restored ----------------------------------------------------------------------


def own_rows() -> str:
    """All our rows and the users, as a backup holds them."""
    models = [
        *(get_user_model(), EmailAddress, Participant, Identity, Erasure, OutgoingMail),
        *(Contribution, Idea, Proposal, CoProposer, Addendum, Comment, Support, HelpOffer),
    ]
    rows = [row for model in models for row in model.objects.order_by("pk")]
    return serializers.serialize("json", rows)


def restore(dump: str) -> None:
    for model in (Participant, Erasure, OutgoingMail):
        model.objects.all().delete()
    for row in serializers.deserialize("json", dump):
        row.save()


def test_a_restored_backup_forgets_again_whom_it_brought_back(asta, tmp_path):
    ledger = tmp_path / "erasures.jsonl"
    bo = ParticipantFactory(name="Bo Blivende", email="bo.bliver@example.dk")
    dump = own_rows()
    erase(asta.person, at=asta.at + datetime.timedelta(hours=1), with_account=True)
    before = totals()
    call_command("borgerdialog_replay_erasures", export=ledger)
    assert not any(word in ledger.read_text() for word in (NAME, RARE, ADDRESS))
    restore(dump)
    assert traces(NAME, ADDRESS)
    call_command("borgerdialog_replay_erasures", source=ledger)
    get_user_model().objects.filter(pk=asta.user.pk).delete()
    assert traces(NAME, RARE, ADDRESS) == []
    assert totals() == before
    assert Participant.objects.get(pk=bo.pk).name == "Bo Blivende"


def test_replaying_spares_somebody_who_came_back(asta):
    erase(asta.person, at=asta.at)
    later = asta.at + datetime.timedelta(days=1)
    again = participant_for_email(ADDRESS, name="Asta Igen", at=later, language="da")
    call_command("borgerdialog_replay_erasures")
    again.refresh_from_db()
    assert again.name == "Asta Igen"


def test_a_broken_ledger_is_refused(tmp_path):
    from django.core.management import CommandError

    ledger = tmp_path / "erasures.jsonl"
    ledger.write_text('{"key": 1}\n')
    with pytest.raises(CommandError, match="no ledger"):
        call_command("borgerdialog_replay_erasures", source=ledger)
    assert not Erasure.objects.exists()


def test_staff_erase_by_address(asta):
    call_command("borgerdialog_erase", ADDRESS, with_account=True)
    assert traces(NAME, ADDRESS) == []


@override_settings(
    BORGERDIALOG_PERSON_KEY_SECRET="new", BORGERDIALOG_PERSON_KEY_SECRET_FALLBACKS=[]
)
def test_without_the_secret_nobody_is_recognised(asta):
    erase(asta.person, at=asta.at)
    stranger = participant_for_email(
        "x@example.dk", name="", at=asta.at + datetime.timedelta(days=1), language="da"
    )
    assert not stranger.person_key.startswith("x")


def test_a_file_that_names_the_person_is_found_by_the_search(asta):
    AttachmentFactory(contribution=asta.others_idea, file=ContentFile(NAME.encode(), name="x.txt"))
    assert any("borgerdialog" in place for place in traces(NAME))
