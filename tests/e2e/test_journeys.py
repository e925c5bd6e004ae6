"""What citizens come to do, by keyboard alone, without JavaScript, at 320 px, in forced colours."""

import pytest
from django.core.cache import cache
from django.utils import timezone

from tests.e2e.keyboard import keyboard_visitor
from tests.proposals.conftest import staff
from wagtail_borgerdialog.contributions.actions import moderate, moderate_comment
from wagtail_borgerdialog.contributions.models import Comment, Status, StatusKind, Support
from wagtail_borgerdialog.contributions.models.moderation import ModerationAction
from wagtail_borgerdialog.contributions.models.support import SupportStatus
from wagtail_borgerdialog.ideas.models import Idea
from wagtail_borgerdialog.pages.models import IdeaPage, ProposalPage
from wagtail_borgerdialog.proposals.actions import CheckedCriterion, record_formal_check
from wagtail_borgerdialog.proposals.models import Proposal
from wagtail_borgerdialog.terms import ModerationMode
from wagtail_borgerdialog.testing.factories import AreaFactory, CategoryFactory, SupportFactory
from wagtail_borgerdialog.testing.ideas import DISCLAIMER, IdeaFactory, make_idea_page
from wagtail_borgerdialog.testing.proposals import RuleSetFactory, make_proposal_page

ASTA, BO, CLARA = "asta@example.dk", "bo@example.dk", "clara@example.dk"
IDEA = "Bænke med udsigt over havnen"
PROPOSAL = "Vestersø Kommune skal plante hundrede træer ved havnen"


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


@pytest.fixture
def visitor(browser, live_server):
    with keyboard_visitor(browser, base_url=live_server.url) as visitor:
        yield visitor


def test_an_idea_from_the_first_word_until_it_is_withdrawn(visitor):
    CategoryFactory(name="Byrum")
    AreaFactory(name="Lyngdal")
    page = make_idea_page(IdeaPage, moderation=ModerationMode.BEFORE, disclaimer=DISCLAIMER)
    IdeaFactory(activity=page.activity, title="En bænk ved havnen, så ældre kan hvile sig")
    moderator = staff()
    place = page.get_url()
    _share(visitor, place)
    idea = Idea.objects.get(title=IDEA)
    assert moderate(idea, ModerationAction.PUBLISH, by=moderator, at=timezone.now())
    _support_by_mail(visitor, f"{place}{idea.reference}/", BO, button="Støt idéen")
    visitor.open(f"{place}{idea.reference}/")
    visitor.reads("1 person støtter dette.", DISCLAIMER)
    _comment(visitor, f"{place}{idea.reference}/", CLARA, "Der er skønt ved havnen.")
    visitor.reads("En moderator læser den, før alle kan se den.")
    comment = Comment.objects.get()
    assert moderate_comment(comment, ModerationAction.PUBLISH, by=moderator, at=timezone.now())
    visitor.open(f"{place}{idea.reference}/")
    visitor.reads("1 kommentar", "Der er skønt ved havnen.", "Clara")
    _withdraw_support(visitor, BO)
    visitor.open(f"{place}{idea.reference}/")
    visitor.reads("Ingen har støttet dette endnu.")
    _withdraw_idea(visitor)
    assert visitor.page.goto(f"{place}{idea.reference}/").status == 410
    visitor.reads("Forfatteren har trukket dette tilbage.")
    visitor.reads_nothing_of(IDEA, "Der er skønt ved havnen.")


def _share(visitor, place):
    visitor.open(place)
    visitor.reads("Her deler vi idéer.", "Udvalget for by og miljø", DISCLAIMER)
    visitor.follow("Del din idé")
    assert visitor.heading == "Del din idé"
    visitor.fill({"Din idé i én sætning": IDEA}, press="Læs det igennem")
    visitor.corrects("Fortæl mere om din idé.", "Skriv din e-mailadresse.")
    visitor.fill(
        {
            "Fortæl mere": "Så kan man sidde og se på skibene.",
            "Hvad handler det om?": "Byrum",
            "Hvilket område handler det om?": "Lyngdal",
            "Hvor er det?": "Havnegade",
            "Dit navn": "Asta Prøve",
            "Din e-mailadresse": ASTA,
        },
        press="Læs det igennem",
    )
    assert visitor.heading == "Se din idé efter"
    visitor.reads(
        "Der er ikke sendt noget endnu.",
        "Er det en af disse?",
        "En bænk ved havnen, så ældre kan hvile sig",
        "Så kan man sidde og se på skibene.",
        "Byrum",
        "Lyngdal",
        "Havnegade",
        ASTA,
        DISCLAIMER,
    )
    visitor.fill(press="Send din idé")
    visitor.corrects("Sæt kryds, når du har læst det.")
    visitor.fill({"Jeg har læst det": True}, press="Send din idé")
    assert visitor.heading == "Der mangler ét trin: Bekræft i din e-mail"
    reference = Idea.objects.get(title=IDEA).reference
    visitor.reads(reference, ASTA, "Din idé bliver ikke sendt, før du gør det.", DISCLAIMER)
    assert not Idea.objects.get(title=IDEA).is_public
    visitor.open_mail(ASTA, subject="Bekræft det, du skrev til os", link="link/confirm/")
    assert visitor.heading == "Bekræft det, du skrev"
    visitor.reads("Der er ikke sendt noget endnu.", IDEA, "Så kan man sidde og se på skibene.")
    visitor.fill(press="Bekræft og send")
    assert visitor.heading == "Vi har modtaget det, du skrev"
    visitor.reads(reference, "En moderator læser det, før alle kan se det.", DISCLAIMER)


def _support_by_mail(visitor, place, who, *, button):
    visitor.open(place)
    visitor.follow(button)
    visitor.reads("Hver person tæller én gang.")
    declared = {"Jeg er mindst": True} if "Jeg er mindst" in visitor.words else {}
    visitor.fill({"Din e-mailadresse": "bo"}, press="Send mig linket")
    visitor.corrects("Skriv en e-mailadresse med @")
    visitor.fill({"Din e-mailadresse": who, **declared}, press="Send mig linket")
    assert visitor.heading == "Kig i din indbakke"
    visitor.reads("Så tæller din støtte.")
    visitor.open_mail(who, subject="Bekræft din støtte", link="link/support/")
    assert visitor.heading == "Støtter du dette?"
    visitor.fill(press="Støt")
    assert visitor.heading == "Din støtte er talt med"
    visitor.reads("Du tæller én gang.")


def _comment(visitor, place, who, body):
    visitor.open(place)
    visitor.follow("Skriv en kommentar")
    visitor.fill(
        {"Din kommentar": body, "Dit navn": "Clara Prøve", "Din e-mailadresse": who},
        press="Send din kommentar",
    )
    assert visitor.heading == "Kig i din indbakke"
    visitor.reads("Så er din kommentar sendt.")
    visitor.open_mail(who, subject="Bekræft din kommentar", link="link/comment/")
    assert visitor.heading == "Bekræft din kommentar"
    visitor.reads(body)
    visitor.fill(press="Bekræft og send")
    assert visitor.heading == "Vi har modtaget din kommentar"


def _withdraw_support(visitor, who):
    visitor.open_mail(who, subject="Din støtte er talt med", link="link/withdraw-support/")
    assert visitor.heading == "Vil du trække din støtte tilbage?"
    visitor.fill(press="Træk min støtte tilbage")
    assert visitor.heading == "Du har trukket din støtte tilbage"


def _withdraw_idea(visitor):
    visitor.open_mail(ASTA, subject="Vi har modtaget", link="link/withdraw/")
    assert visitor.heading == "Vil du trække dette tilbage?"
    visitor.reads(IDEA, "Du kan ikke fortryde det")
    visitor.fill(press="Træk det tilbage")
    assert visitor.heading == "Du har trukket det tilbage"


def test_a_proposal_from_the_first_word_until_enough_support_it(visitor):
    rules = RuleSetFactory(min_coproposers=2, max_coproposers=3, minimum_age=15, threshold=3)
    page = make_proposal_page(ProposalPage, rule_set=rules, moderation=ModerationMode.BEFORE)
    checker = staff("borgerdialog_proposals.check_proposal")
    place = page.get_url()
    _propose(visitor, place)
    for who in (BO, CLARA):
        _accept(visitor, who)
    proposal = Proposal.objects.with_page_rows().get()
    assert proposal.status.kind == StatusKind.IN_REVIEW
    _read_own_page(visitor)
    criterion = CheckedCriterion(criterion=rules.criteria.get().title, passed=True)
    led_to = record_formal_check(proposal, results=[criterion], by=checker, at=timezone.now())
    assert led_to == StatusKind.OPEN_FOR_SUPPORT
    for _person in range(2):
        SupportFactory(contribution=proposal.contribution_ptr)
    shown = f"{place}{proposal.reference}/"
    visitor.open(place)
    visitor.follow(PROPOSAL)
    visitor.reads("2 af 3 støtter. 90 dage tilbage.", "Asta Prøve", "Bo Prøve", "Clara Prøve")
    _support_by_mail(visitor, shown, "dan@example.dk", button="Støt forslaget")
    visitor.reads("3 af 3 støtter. Målet er nået.")
    visitor.open(shown)
    visitor.reads(
        "3 af 3 støtter. Målet er nået.",
        str(Status.objects.of_kind(StatusKind.THRESHOLD_REACHED)),
        "Får forslaget nok støtter, ser byrådet på det.",
    )
    counted = Support.objects.filter(status=SupportStatus.CONFIRMED)
    assert Proposal.objects.get().support_count == counted.count() == 3
    visitor.open_mail(ASTA, subject="Nok personer støtter dit forslag", link=r"/[0-9-]+/(?=\s)")
    assert visitor.heading == PROPOSAL


def _propose(visitor, place):
    visitor.open(place)
    visitor.reads("Mindst 2 medstillere står bag det og siger ja inden for 14 dage.")
    visitor.follow("Stil et forslag")
    typed = {
        "Dit forslag i én sætning": PROPOSAL,
        "Hvad foreslår du?": "Træerne skal give skygge om sommeren.",
        "Hvorfor?": "Det koster lidt og gavner længe.",
        "Dit navn": "Asta Prøve",
        "Din e-mailadresse": ASTA,
        "Jeg er mindst 15 år": True,
    }
    visitor.fill(typed, press="Læs det igennem")
    visitor.corrects("Skriv navnet.", "Skriv e-mailadressen.")
    visitor.fill(
        {"Navn": ["Bo Prøve", "Clara Prøve"], "E-mailadresse": [BO, CLARA]},
        press="Læs det igennem",
    )
    assert visitor.heading == "Se dit forslag efter"
    visitor.reads(PROPOSAL, "Det koster lidt og gavner længe.", "Clara Prøve", CLARA)
    visitor.fill(press="Send dit forslag")
    assert visitor.heading == "Der mangler ét trin: Bekræft i din e-mail"
    reference = Proposal.objects.get().reference
    visitor.reads(
        reference,
        ASTA,
        "Vi spørger dine medstillere på e-mail. Mindst 2 skal sige ja inden for 14 dage.",
    )
    visitor.open_mail(ASTA, subject="Bekræft det, du skrev til os", link="link/confirm/")
    visitor.reads(PROPOSAL, "Træerne skal give skygge om sommeren.")
    visitor.fill(press="Bekræft og send")
    assert visitor.heading == "Vi har modtaget det, du skrev"
    visitor.reads(reference, str(Status.objects.of_kind(StatusKind.AWAITING_COPROPOSERS)))


def _accept(visitor, who):
    visitor.open_mail(who, subject="Asta Prøve spørger", link="link/coproposer/")
    assert visitor.heading == "Vil du være medstiller?"
    visitor.reads(
        PROPOSAL,
        "Træerne skal give skygge om sommeren.",
        "Du står bag forslaget som",
        "Når du siger ja, skriver du under på, at du er mindst 15 år.",
    )
    visitor.fill(press="Sig ja")
    assert visitor.heading == "Du er medstiller"
    visitor.reads("Du kan træde ud, indtil forslaget bliver offentliggjort.")


def _read_own_page(visitor):
    visitor.open_mail(ASTA, subject="Vi har modtaget", link="key=")
    assert visitor.heading == PROPOSAL
    visitor.reads("Dine medstillere", "Bo Prøve", "Clara Prøve")
