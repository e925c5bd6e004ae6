"""Mail scanners fetch every link in every mail before a person does: nothing happens by that."""

import datetime
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.db.models import Model

import wagtail_borgerdialog
from tests.trust.test_deciding import everything
from tests.trust.world import NOW, Case, World
from wagtail_borgerdialog import mail
from wagtail_borgerdialog.components import registry
from wagtail_borgerdialog.contributions import events, notices
from wagtail_borgerdialog.contributions.models import ModerationDecision, Visibility
from wagtail_borgerdialog.followup import clock_notices, promise_notices
from wagtail_borgerdialog.followup import notices as followup_notices
from wagtail_borgerdialog.followup.models import Case as FollowUpCase
from wagtail_borgerdialog.followup.models import DeadlineChange, DeadlineStep, Handover
from wagtail_borgerdialog.ideas import notices as idea_notices
from wagtail_borgerdialog.models import OutgoingMail
from wagtail_borgerdialog.notifications import actions
from wagtail_borgerdialog.notifications import notices as follow_notices
from wagtail_borgerdialog.notifications.digests import tell_digests
from wagtail_borgerdialog.notifications.models import Frequency
from wagtail_borgerdialog.notifications.telling import tell_at_once
from wagtail_borgerdialog.people.key_mail import your_page
from wagtail_borgerdialog.proposals import notices as proposal_notices
from wagtail_borgerdialog.testing.followup import UnitFactory

pytestmark = pytest.mark.django_db

TEMPLATES = Path(wagtail_borgerdialog.__file__).parent / "templates/wagtail_borgerdialog/mail"
ANSWERS = {200, 302, 404, 410}
LINK = re.compile(r"https?://[^\s<>\"]+")


class Town:
    """The open cases of the world, and what hangs on them."""

    def __init__(self, world: World) -> None:
        self.world = world

    def case(self, kind: str, state: str = Visibility.VISIBLE) -> Case:
        return next(self.world.only(kind=kind, place="open", state=state))

    def idea(self, state: str = Visibility.VISIBLE) -> object:
        return self.case("ideas", state).obj.specific

    def proposal(self, state: str = Visibility.VISIBLE) -> object:
        return self.case("proposals", state).obj.specific

    def part(self, name: str, kind: str = "ideas") -> object:
        return _as_kept(self.case(kind).parts[name])

    def decision(self, **about: object) -> ModerationDecision:
        return ModerationDecision.objects.filter(**about).latest("pk")


def _as_kept(row: Model) -> Model:
    """``row`` as the database has it: what the test before did is undone there, not in memory."""
    return type(row)._base_manager.get(pk=row.pk)


def _not_shown(town: Town) -> None:
    idea = town.idea(Visibility.HIDDEN)
    notices.not_shown(idea, town.decision(contribution=idea.pk), at=NOW)


def _published(town: Town) -> None:
    idea = town.idea()
    decision = town.decision(contribution=town.idea(Visibility.HIDDEN).pk)
    notices.published(idea, decision, at=NOW)


def _comment_not_shown(town: Town) -> None:
    comment = town.part("hidden comment")
    notices.comment_not_shown(comment, town.decision(comment=comment), at=NOW)


def _about_failed_check(tell: Callable[..., None], **more: object) -> Callable[[Town], None]:
    def cause(town: Town) -> None:
        proposal = town.proposal()
        tell(proposal, failed=list(proposal.checks.filter(passed=False)), at=NOW, **more)

    return cause


def _followed(town: Town, frequency: str) -> None:
    follow = town.part("follow")
    actions.confirm_follow(follow, at=NOW)
    actions.change_frequency(follow, frequency, at=NOW)
    later = NOW + datetime.timedelta(hours=1)
    actions.remember(town.idea(), events.STATUS_CHANGED, at=later)
    tell_at_once(at=later)
    tell_digests(at=later + datetime.timedelta(days=1))


def _followed_up(town: Town) -> FollowUpCase:
    """The case of an idea, with a unit and a deadline."""
    case, _is_new = FollowUpCase.objects.get_or_create(contribution_id=town.idea().pk)
    case.unit, case.due_kind, case.due_set_at, case.due_at = UnitFactory(), "later", NOW, NOW
    case.save()
    return case


def _deadline(step: str) -> Callable[[Town], None]:
    def cause(town: Town) -> None:
        case = _followed_up(town)
        change = DeadlineChange.objects.create(
            case=case, step=step, due_on=NOW.date(), next_decision_on=NOW.date(), at=NOW
        )
        clock_notices.to_author(town.idea(), change, at=NOW)

    return cause


def _handed_over(town: Town) -> None:
    case = _followed_up(town)
    step = Handover.objects.create(case=case, to_unit=case.unit, at=NOW)
    clock_notices.handed_over(case, step, at=NOW)


def _promised(step: str) -> Callable[[Town], None]:
    def cause(town: Town) -> None:
        promise = town.part("promise")
        change = promise.changes.create(step=step, to_state="open", at=NOW)
        promise_notices.to_author(promise, change, town.idea(), at=NOW)

    return cause


def _promise_late(town: Town) -> None:
    promise = town.part("promise")
    promise.unit = UnitFactory()
    promise.save()
    promise_notices.late(promise, at=NOW)


def _answered(town: Town) -> None:
    idea = town.idea()
    answer = idea.official_answers.filter(state="published").get()
    followup_notices.answered(idea, answer, at=NOW)


def _your_page(town: Town) -> None:
    """With a key for somebody without an account, and by signing in for somebody with one."""
    idea = town.idea()
    for person in (town.part("follower"), idea.participant):
        your_page(person.email, site=idea.site, language="da", at=NOW)


# How each mail comes about. A new template needs a line here before its tests pass.
CASES: dict[str, Callable[[Town], None]] = {
    "confirm_contribution": lambda t: notices.confirm_contribution(
        t.idea(Visibility.DRAFT), at=NOW
    ),
    "receipt": lambda t: notices.receipt(t.proposal(), at=NOW, is_waiting=False),
    "published": _published,
    "not_shown": _not_shown,
    "withdrawn": lambda t: notices.withdrawn(t.idea(Visibility.WITHDRAWN), at=NOW),
    "confirm_support": lambda t: notices.confirm_support(
        t.part("pending support"), t.idea(), at=NOW
    ),
    "supported": lambda t: notices.supported(t.part("support"), t.idea(), at=NOW),
    "already_supported": lambda t: notices.already_supported(t.part("support"), t.idea(), at=NOW),
    "confirm_comment": lambda t: notices.confirm_comment(t.part("draft comment"), at=NOW),
    "comment_not_shown": _comment_not_shown,
    "held": lambda t: notices.held(t.idea(), t.part("reported"), at=NOW),
    "comment_held": lambda t: notices.comment_held(t.part("comment"), t.part("reported"), at=NOW),
    "report_settled": lambda t: notices.report_settled(
        t.part("reported").reports.get().participant, t.part("reported"), at=NOW
    ),
    "appeal_received": lambda t: notices.appeal_received(t.part("appeal"), t.idea(), at=NOW),
    "appeal_decided": lambda t: notices.appeal_decided(t.part("appeal"), t.idea(), at=NOW),
    "merge_proposed": lambda t: notices.merge_proposed(t.part("merge"), at=NOW),
    "merge_move": lambda t: notices.merge_supporter_asked(t.part("support to move"), at=NOW),
    "confirm_follow": lambda t: follow_notices.confirm_follow(t.part("follow"), at=NOW),
    "followed_news": lambda t: _followed(t, Frequency.AT_ONCE),
    "followed_digest": lambda t: _followed(t, Frequency.DAILY),
    "confirm_help_offer": lambda t: idea_notices.confirm_offer(t.part("draft offer"), at=NOW),
    "help_offered": lambda t: idea_notices.help_offered(t.part("offer"), at=NOW),
    "help_offer_not_shown": lambda t: idea_notices.offer_not_shown(
        t.part("hidden offer"), "spam", public_note="", at=NOW
    ),
    "idea_refined": lambda t: idea_notices.refined(t.idea(), at=NOW),
    "proposal_coproposer_invited": lambda t: proposal_notices.coproposer_invited(
        t.part("invited co-proposer", "proposals"), t.proposal(), at=NOW
    ),
    "proposal_text_changed": lambda t: proposal_notices.coproposer_text_changed(
        t.part("co-proposer", "proposals"), t.proposal(), at=NOW
    ),
    "proposal_returned": _about_failed_check(proposal_notices.returned, round_no=1),
    "proposal_rejected_formal": _about_failed_check(proposal_notices.rejected_formal),
    "proposal_threshold_reached": lambda t: proposal_notices.threshold_reached(
        t.proposal(), at=NOW
    ),
    "proposal_expired": lambda t: proposal_notices.expired(t.proposal(), at=NOW),
    "proposal_addendum_not_shown": lambda t: proposal_notices.addendum_not_shown(
        t.part("hidden addendum", "proposals"), at=NOW
    ),
    "answered": _answered,
    "answer_waits": _deadline(DeadlineStep.PAUSED),
    "answer_due": _deadline(DeadlineStep.RESUMED),
    "answer_late": _deadline(DeadlineStep.LATE),
    "staff_handed_over": _handed_over,
    "staff_due_soon": lambda t: clock_notices.is_due_soon(_followed_up(t), at=NOW),
    "staff_pause_over": lambda t: clock_notices.pause_is_over(_followed_up(t), at=NOW),
    "staff_late": lambda t: clock_notices.is_late(_followed_up(t), at=NOW),
    "promise_made": _promised("made"),
    "promise_news": _promised("reported"),
    "promise_late": _promise_late,
    "your_page": _your_page,
}


def names() -> set[str]:
    return {name for component in registry for name in component.mail_names()}


def sessions() -> str:
    """A fingerprint of the sessions, which looking at a mailed link does not open either."""
    rows = apps.get_model("sessions", "Session").objects.order_by("pk").values_list()
    return hashlib.sha256(repr(list(rows)).encode()).hexdigest()


def links_of(row: OutgoingMail) -> set[str]:
    """Every address in the text and in the markup of a mail, also those of pictures."""
    message = mail.build(row)
    found = set(LINK.findall(message.body))
    for content, _kind in message.alternatives:
        page = BeautifulSoup(content, "html.parser")
        for name in ("href", "src", "action"):
            found |= {tag[name] for tag in page.select(f"[{name}]")}
    return {url for url in found if urlsplit(url).hostname == row.site.hostname}


def test_every_template_has_a_name_and_every_mail_a_case():
    on_disk = {path.stem for path in TEMPLATES.glob("*.txt")}
    assert on_disk == names()
    assert names() - set(CASES) == set(), "say in CASES how this mail comes about"
    assert set(CASES) - names() == set()


@pytest.mark.parametrize("name", CASES)
def test_links_that_are_fetched_by_a_mail_scanner_change_nothing(world, name):
    OutgoingMail.objects.all().delete()
    CASES[name](Town(world))
    rows = list(OutgoingMail.objects.filter(template=name).select_related("site"))
    assert rows, "the case queues no such mail"
    before, before_sessions = everything(), sessions()
    wrong = []
    for row in rows:
        links = links_of(row)
        assert links
        for url in sorted(links):
            parts = urlsplit(url)
            scanner = world.client(None, parts.hostname)
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            for method in ("GET", "HEAD", "GET", "HEAD"):
                status = scanner.generic(method, path or "/").status_code
                if status not in ANSWERS:
                    wrong.append(f"{method} {path}: {status}")
    assert wrong == []
    after = everything()
    assert [label for label in before if before[label] != after[label]] == []
    assert sessions() == before_sessions


def test_the_links_are_the_keys_that_act(world):
    """What is fetched above is what people press: else the test would show nothing."""
    acting = set()
    for cause in CASES.values():
        # One by one: a link that has been followed takes its mail along.
        OutgoingMail.objects.all().delete()
        cause(Town(world))
        for row in OutgoingMail.objects.filter(template__in=CASES).select_related("site"):
            urls = " ".join(links_of(row))
            acting |= set(re.findall(r"/link/([a-z-]+)/", urls))
    assert {"follow", "follows"} <= acting
    assert {"confirm", "withdraw", "support", "withdraw-support", "comment"} <= acting
    assert {"help-offer", "coproposer"} <= acting
