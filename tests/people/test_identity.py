"""Who is the same person? Canonical addresses, keys under secrets, and people who turn out one."""

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import override_settings
from django.utils import timezone

from wagtail_borgerdialog.contributions.actions import recount
from wagtail_borgerdialog.contributions.models import Comment, Contribution, Support
from wagtail_borgerdialog.contributions.models.support import SupportStatus
from wagtail_borgerdialog.people.actions import (
    confirm_address,
    enter_person,
    keep_name,
    known_person,
    participant_for_email,
    participant_for_user,
)
from wagtail_borgerdialog.people.forms import account_name
from wagtail_borgerdialog.people.identity import canonical_email, email_identity, person_keys
from wagtail_borgerdialog.people.models import EmailDomainRule, Participant, shown_name
from wagtail_borgerdialog.people.selectors import participant_by_identity, participant_of
from wagtail_borgerdialog.terms import NameDisplay, VerificationLevel
from wagtail_borgerdialog.testing.factories import (
    AreaFactory,
    CommentFactory,
    ContributionFactory,
    ParticipantFactory,
    SupportFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

NOW = {"language": "da"}


def at() -> object:
    return timezone.now()


BERRY = "bl\u00e5b\u00e6r.example"
PUNYCODE = BERRY.encode("idna").decode()

SPELLINGS = [
    ("asta@example.dk", "asta@example.dk"),
    ("  Asta@EXAMPLE.dk ", "asta@example.dk"),
    ("asta+ideer@example.dk", "asta@example.dk"),
    ("asta+a+b@example.dk", "asta@example.dk"),
    ("+asta@example.dk", "+asta@example.dk"),
    ("asta.ås@example.dk", "asta.ås@example.dk"),
    ("a.s.t.a@gmail.com", "asta@gmail.com"),
    ("A.Sta+x@GMAIL.com", "asta@gmail.com"),
    ("asta@googlemail.com", "asta@gmail.com"),
    ("a.sta@googlemail.com", "asta@gmail.com"),
    ("asta@example.dk.", "asta@example.dk"),
    (f"asta@{BERRY}", f"asta@{PUNYCODE}"),
    (f"asta@{BERRY.upper()}", f"asta@{PUNYCODE}"),
    (f"asta@{PUNYCODE}", f"asta@{PUNYCODE}"),
    ("\uff41\uff53\uff54\uff41@example.dk", "asta@example.dk"),
    ('"a@b"@example.dk', '"a@b"@example.dk'),
]


@pytest.mark.parametrize(("typed", "canonical"), SPELLINGS)
def test_spellings_of_one_mailbox_are_equal(typed, canonical):
    assert canonical_email(typed) == canonical
    assert canonical_email(canonical) == canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("asta@example.dk", "astas@example.dk"),
        ("a.sta@example.dk", "asta@example.dk"),
        ("asta@example.dk", "asta@example.com"),
        ("asta@gmail.com", "asta@gmail.dk"),
        ("asta-x@example.dk", "asta@example.dk"),
    ],
)
def test_different_mailboxes_stay_different(one, other):
    assert canonical_email(one) != canonical_email(other)


@pytest.mark.parametrize(
    "typed", ["", "@", "asta", "asta@", "@example.dk", "a@" + "b" * 64 + ".dk"]
)
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(ValueError):  # noqa: PT011
        canonical_email(typed)


def test_staff_can_say_how_a_domain_writes_its_mailboxes():
    EmailDomainRule.objects.create(domain="firma.example", ignores_dots=True, plus_addresses=False)
    assert canonical_email("a.b+c@firma.example") == "ab+c@firma.example"


# -- Keys


def test_a_key_tells_nothing_and_hangs_on_the_secret():
    (key,) = person_keys(email_identity("asta@example.dk"))
    assert len(key) == 64
    assert "asta" not in key
    with override_settings(BORGERDIALOG_PERSON_KEY_SECRET="en anden"):
        assert person_keys(email_identity("asta@example.dk")) != [key]


def test_a_new_secret_makes_nobody_a_new_person():
    with override_settings(BORGERDIALOG_PERSON_KEY_SECRET="gammel"):
        asta = participant_for_email("asta@example.dk", name="Asta", at=at(), **NOW)
    rotated = {
        "BORGERDIALOG_PERSON_KEY_SECRET": "ny",
        "BORGERDIALOG_PERSON_KEY_SECRET_FALLBACKS": ["ældre", "gammel"],
    }
    with override_settings(**rotated):
        assert participant_for_email("asta+2@example.dk", name="", at=at(), **NOW) == asta
        user = UserFactory(email="asta@example.dk", verified=True)
        assert participant_for_user(user, at=at(), **NOW) == asta
    with override_settings(BORGERDIALOG_PERSON_KEY_SECRET="ny"):
        # Signing in has put the key under the new secret on record beside the old one.
        assert participant_by_identity(email_identity("asta@example.dk")) == asta


def test_where_djangos_secret_stands_in_its_own_fallbacks_count():
    with override_settings(BORGERDIALOG_PERSON_KEY_SECRET="", SECRET_KEY="gammel"):
        asta = participant_for_email("asta@example.dk", name="Asta", at=at(), **NOW)
    new = {"SECRET_KEY": "ny", "SECRET_KEY_FALLBACKS": ["gammel"]}
    with override_settings(BORGERDIALOG_PERSON_KEY_SECRET="sin egen", **new):
        assert participant_by_identity(email_identity("asta@example.dk")) is None
    with override_settings(BORGERDIALOG_PERSON_KEY_SECRET="", **new):
        assert participant_for_email("asta@example.dk", name="", at=at(), **NOW) == asta


def test_whoever_is_seen_under_the_new_secret_no_longer_needs_the_old_one():
    with override_settings(BORGERDIALOG_PERSON_KEY_SECRET="gammel"):
        asta = participant_for_email("asta@example.dk", name="Asta", at=at(), **NOW)
    new = {"BORGERDIALOG_PERSON_KEY_SECRET": "ny"}
    with override_settings(**new, BORGERDIALOG_PERSON_KEY_SECRET_FALLBACKS=["gammel"]):
        participant_for_email("asta@example.dk", name="", at=at(), **NOW)
    with override_settings(**new):
        assert participant_for_email("asta@example.dk", name="", at=at(), **NOW) == asta


@pytest.mark.parametrize(
    ("typed", "before", "after"),
    [
        ("a.sta@firma.example", {}, {"ignores_dots": True}),
        ("a.sta@firma.example", {"ignores_dots": True}, {}),
        ("asta+x@firma.example", {"plus_addresses": True}, {"plus_addresses": False}),
        ("asta+x@firma.example", {"plus_addresses": False}, {"plus_addresses": True}),
        ("asta@firma.example", {}, {"same_as": "firma.test"}),
    ],
)
def test_staff_who_edit_the_table_make_nobody_a_new_person(typed, before, after):
    rule = EmailDomainRule.objects.create(domain="firma.example", **before)
    asta = participant_for_email(typed, name="Asta", at=at(), **NOW)
    for name, value in {"ignores_dots": False, "plus_addresses": True, **after}.items():
        setattr(rule, name, value)
    rule.save()
    assert participant_for_email(typed, name="", at=at(), **NOW) == asta
    rule.delete()
    assert participant_for_email(typed, name="", at=at(), **NOW) == asta


def test_mail_goes_to_the_spelling_typed_last_until_somebody_has_confirmed_one():
    """The first one may reach nobody, whoever typed it."""
    first = participant_for_email("asta+findes.ikke@example.dk", name="", at=at(), **NOW)
    asta = participant_for_email("asta@example.dk", name="", at=at(), **NOW)
    assert asta == first
    assert asta.email == "asta@example.dk"
    confirm_address(asta)
    participant_for_email("asta+andet@example.dk", name="", at=at(), **NOW)
    asta.refresh_from_db()
    assert asta.email == "asta@example.dk"


def test_a_name_typed_beside_a_known_address_changes_nothing():
    asta = ParticipantFactory(name="Asta Ås", email="asta@example.dk")
    participant_for_email("asta@example.dk", name="En Anden", at=at(), **NOW)
    asta.refresh_from_db()
    assert asta.name == "Asta Ås"


# -- Accounts


def test_an_account_counts_when_its_address_is_proved():
    user = UserFactory()
    assert participant_for_user(user, at=at(), **NOW) is None
    assert known_person(user, at=at(), **NOW).level == VerificationLevel.NONE
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    assert known_person(user, at=at(), **NOW).level == VerificationLevel.ACCOUNT


def test_an_account_is_not_called_what_somebody_else_typed_beside_its_address():
    participant_for_email("asta@example.dk", name="Et Øgenavn", at=at(), **NOW)
    user = UserFactory(email="asta@example.dk", first_name="", last_name="", verified=True)
    person = known_person(user, at=at(), **NOW)
    assert account_name(person) == ""
    keep_name(person.participant, name="Asta Ås")
    participant_for_user(user, at=at(), **NOW)
    assert account_name(known_person(user, at=at(), **NOW)) == "Asta Ås"


def test_a_name_from_a_login_provider_is_cleaned_and_measured():
    user = UserFactory(first_name="Asta\u202e\n" + "Å" * 140, last_name="Ås" * 70, verified=True)
    asta = participant_for_user(user, at=at(), **NOW)
    assert asta.name.startswith("Asta Å")
    assert len(asta.name) <= 100


def test_mail_follows_the_account_to_its_new_address():
    user = UserFactory(email="asta@example.dk", verified=True)
    participant_for_user(user, at=at(), **NOW)
    EmailAddress.objects.filter(user=user).update(email="asta@ny.example.dk")
    assert participant_for_user(user, at=at(), **NOW).email == "asta@ny.example.dk"


@override_settings(BORGERDIALOG_EID_PROVIDERS=["mitid"])
def test_mitid_makes_a_person_surer_and_not_another(client):
    user = UserFactory(verified=True)
    before = participant_for_user(user, at=at(), **NOW)
    SocialAccount.objects.create(user=user, provider="mitid", uid="0b1c")
    client.force_login(user)  # signing in brings what we know up to date
    assert participant_of(user) == before
    assert participant_of(user).level == VerificationLevel.EID


@override_settings(BORGERDIALOG_EID_PROVIDERS=["mitid"])
def test_a_mitid_that_moves_to_another_account_stays_one_person():
    first, second = UserFactory(), UserFactory()
    login = SocialAccount.objects.create(user=first, provider="mitid", uid="0b1c")
    asta = participant_for_user(first, at=at(), **NOW)
    login.user = second
    login.save()
    assert participant_for_user(second, at=at(), **NOW) == asta
    assert participant_of(first) is None


# -- People who turn out to be one


@pytest.fixture
def two() -> tuple[Participant, Participant]:
    """Asta with an account, and Asta by another address that the account proves later."""
    user = UserFactory(email="asta@example.dk", verified=True)
    kept = participant_for_user(user, at=at(), **NOW)
    return kept, ParticipantFactory(email="asta@arbejde.example.dk")


def become_one(kept: Participant, absorbed: Participant) -> None:
    EmailAddress.objects.filter(user=kept.user).update(email=absorbed.email)
    assert participant_for_user(kept.user, at=at(), **NOW) == kept


def test_what_one_did_belongs_to_the_other(two):
    kept, absorbed = two
    idea = ContributionFactory(participant=absorbed)
    comment = CommentFactory(participant=absorbed)
    support = SupportFactory(participant=absorbed)
    become_one(kept, absorbed)
    assert Contribution.objects.get(pk=idea.pk).participant == kept
    assert Comment.objects.get(pk=comment.pk).participant == kept
    support.refresh_from_db()
    assert (support.participant, support.person_key) == (kept, kept.person_key)


def test_nothing_personal_is_left_behind(two):
    kept, absorbed = two
    become_one(kept, absorbed)
    absorbed.refresh_from_db()
    assert (absorbed.name, absorbed.email, absorbed.user) == ("", "", None)
    assert participant_by_identity(email_identity("asta@arbejde.example.dk")) == kept


@pytest.mark.parametrize(
    ("kepts", "absorbeds", "left"),
    [
        ("confirmed", "confirmed", 1),
        ("confirmed", "pending", 1),
        ("pending", "confirmed", 1),
        ("pending", "pending", 0),
        ("withdrawn", "confirmed", 1),
        ("confirmed", "withdrawn", 1),
        ("withdrawn", "withdrawn", 0),
    ],
)
def test_a_support_given_twice_counts_once(two, kepts, absorbeds, left):
    kept, absorbed = two
    idea = ContributionFactory()
    SupportFactory(contribution=idea, participant=kept, status=kepts)
    SupportFactory(contribution=idea, participant=absorbed, status=absorbeds)
    become_one(kept, absorbed)
    idea.refresh_from_db()
    assert idea.support_count == left
    assert Support.objects.filter(status=SupportStatus.CONFIRMED).count() == left
    assert set(Support.objects.values_list("person_key", flat=True)) == {kept.person_key}
    assert recount(fix=False) == []


# -- People whom staff enter


def test_one_name_and_address_on_two_paper_lists_is_one_person():
    first = enter_person(name="Åse Holm", address="Havnevej 1, Vestersø", at=at(), **NOW)
    again = enter_person(name="åse  holm", address="HAVNEVEJ 1,  Vestersø", at=at(), **NOW)
    other = enter_person(name="Åse Holm", address="Havnevej 2, Vestersø", at=at(), **NOW)
    assert first == again
    assert first != other
    stored = " ".join(
        str(value) for value in Participant.objects.values().get(pk=first.pk).values()
    )
    assert "Havnevej" not in stored


def test_somebody_without_an_address_is_somebody_new_each_time():
    people = {enter_person(name="Åse Holm", at=at(), **NOW) for _ in range(2)}
    assert len(people) == 2


# -- Names


@pytest.mark.parametrize(
    ("display", "area", "shown"),
    [
        (NameDisplay.FULL, True, "Asta Marie Ås"),
        (NameDisplay.FIRST_AND_AREA, True, "Asta, Klitborg"),
        (NameDisplay.FIRST_AND_AREA, False, "Asta"),
        (NameDisplay.ANONYMOUS, True, ""),
    ],
)
def test_a_name_is_shown_as_its_owner_chose(display, area, shown):
    klitborg = AreaFactory(name="Klitborg") if area else None
    assert shown_name("Asta Marie Ås", display=display, area=klitborg) == shown
