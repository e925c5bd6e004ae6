import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AbstractBaseUser, Group, Permission
from django.core import mail
from django.core.cache import cache
from django.test import Client

from tests.citizens import hidden, page
from tests.ideas.conftest import our_layout  # noqa: F401
from wagtail_borgerdialog.models import GroupActivityAccess, ParticipationSettings
from wagtail_borgerdialog.pages.models import ProposalPage
from wagtail_borgerdialog.people.component import People
from wagtail_borgerdialog.proposals.models import Proposal, RuleSet
from wagtail_borgerdialog.testing.factories import UserFactory, default_site
from wagtail_borgerdialog.testing.proposals import RuleSetFactory, make_proposal_page


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def _site_as_set_up(db: None) -> None:
    ParticipationSettings.for_site(default_site())
    People().setup()


@pytest.fixture
def scheme(_site_as_set_up: None) -> ProposalPage:
    """A scheme in which three supports are enough, and nobody has to be named beside oneself."""
    return make_proposal_page(ProposalPage)


@pytest.fixture
def strict(_site_as_set_up: None) -> ProposalPage:
    """A scheme with two to four co-proposers, for people of 15 who live here."""
    rules = RuleSetFactory(
        min_coproposers=2, max_coproposers=4, minimum_age=15, residents_only=True
    )
    return make_proposal_page(ProposalPage, rule_set=rules, title="Medstillere", slug="med")


@pytest.fixture
def url(scheme: ProposalPage) -> Callable[..., str]:
    """The address of one of the page's routes: ``url("new")``, ``url("proposal", "2026-1")``."""
    return lambda name="index_route", *args: route(scheme, name, *args)


def route(page: ProposalPage, name: str = "index_route", *args: str) -> str:
    return f"{page.get_url()}{page.reverse_subpage(name, args=args)}"


@pytest.fixture
def checker(db: None) -> AbstractBaseUser:
    """A member of staff who makes the formal check and moderates, everywhere."""
    return staff("borgerdialog_proposals.check_proposal")


def staff(*rights: str) -> AbstractBaseUser:
    user = UserFactory()
    group = Group.objects.create(name=f"Sagsbehandlere {user.pk}")
    names = [
        "wagtailadmin.access_admin",
        "borgerdialog_contributions.moderate_contribution",
        "borgerdialog_contributions.enter_contribution",
        "borgerdialog_contributions.answer_contribution",
        *rights,
    ]
    for name in names:
        app_label, codename = name.split(".")
        group.permissions.add(
            Permission.objects.get(content_type__app_label=app_label, codename=codename)
        )
    user.groups.add(group)
    GroupActivityAccess.objects.create(group=group, page_id=default_site().root_page_id)
    return type(user).objects.get(pk=user.pk)


@pytest.fixture
def commits(django_capture_on_commit_callbacks) -> Callable[[], object]:
    """Mails leave as they do after a real commit: ``with commits(): …``."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


TYPED = {
    "title": "Vestersø Kommune skal plante hundrede træer",
    "body": "Træerne skal stå langs havnen, så der er skygge om sommeren.",
    "remarks": "Det koster lidt og gavner længe.",
    "language": "da",
    "name": "Asta Prøve",
    "email": "asta@example.dk",
}


def propose(client: Client, page: ProposalPage, **typed: str) -> SimpleNamespace:
    """Write, check and send a proposal; ``check`` and ``sent`` are the answers on the way."""
    address = route(page, "new")
    first = client.get(address)
    values = {**hidden(first), **TYPED, **typed, "step": "check"}
    if page.rule_set.minimum_age or page.rule_set.residents_only:
        values.setdefault("declaration", "on")
    check = client.post(address, values)
    assert check.status_code == 200
    sent = client.post(address, {**hidden(check), "step": "send"})
    return SimpleNamespace(check=check, sent=sent)


def invited(*names: str) -> dict[str, str]:
    """Co-proposers as they are typed: a name each, and an address made from it."""
    typed = {}
    for number, name in enumerate(names, start=1):
        typed[f"coproposer_{number}_name"] = f"{name} Prøve"
        typed[f"coproposer_{number}_email"] = f"{name.lower()}@example.dk"
    return typed


def links(to: str, kind: str = "") -> list[str]:
    """The addresses on our own site in the last mail to ``to``; ``kind`` picks a sort of link."""
    message = next(message for message in reversed(mail.outbox) if message.to == [to])
    found = re.findall(r"https?://[^/\s]+/\S+", message.body)
    return ["/" + link.split("/", 3)[3] for link in found if kind in link]


def subjects(to: str) -> list[str]:
    return [message.subject for message in mail.outbox if message.to == [to]]


def the_proposal() -> Proposal:
    return Proposal.objects.with_page_rows().get()


def press(client: Client, link: str, choice: str) -> object:
    """Open the page behind a mailed link and press one of its buttons."""
    return client.post(link, {"choice": button(client, link, choice)})


def button(client: Client, link: str, choice: str) -> str:
    """What the button for ``choice`` sends, or would send if it were there."""
    shown = client.get(link)
    assert shown.status_code == 200
    found = page(shown).find("button", value=re.compile(f"^{choice}"))
    return found["value"] if found else choice


def rules_of(page: ProposalPage) -> RuleSet:
    return page.rule_set
