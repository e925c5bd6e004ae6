"""How each idea and proposal came about, told through the package's own actions."""

import datetime
from functools import partial

from example_site.demo import pictures
from example_site.demo.content import Item, answers
from example_site.demo.dates import Calendar, Case
from example_site.demo.municipality import Municipality
from example_site.demo.people import NAMELESS, Cast
from example_site.demo.supports import Supporters
from wagtail_borgerdialog.contributions.actions import (
    change_status,
    comment_on,
    confirm_comment,
    confirm_contribution,
    moderate,
    moderate_comment,
    withdraw,
)
from wagtail_borgerdialog.contributions.models import (
    Comment,
    Status,
    StatusChange,
    StatusKind,
    Visibility,
)
from wagtail_borgerdialog.contributions.models.moderation import ModerationAction
from wagtail_borgerdialog.contributions.models.status import SUPPORTABLE_KINDS
from wagtail_borgerdialog.followup.actions.answering import (
    AnswerWords,
    publish_answer,
    write_answer,
)
from wagtail_borgerdialog.ideas import actions as idea_actions
from wagtail_borgerdialog.ideas.models import Idea
from wagtail_borgerdialog.people.eligibility import Person
from wagtail_borgerdialog.people.selectors import person_of
from wagtail_borgerdialog.proposals import actions as proposal_actions
from wagtail_borgerdialog.proposals.models import CoProposer, Proposal
from wagtail_borgerdialog.terms import Channel, NameDisplay, VerificationLevel

MINUTE = datetime.timedelta(minutes=1)
CONFIRMED_AFTER, READ_AFTER = 2 * MINUTE, 6 * MINUTE
# How long before today somebody took back what they sent, where the log does not say.
WITHDRAWN_DAYS_AGO = 20
EVIDENCE = {
    Channel.PAPER: "Brev i sagssystemet, journalnummer {}",
    Channel.PHONE: "Telefonnotat {}",
    Channel.MEETING: "Referat fra borgermøde {}",
    Channel.EMAIL: "Mail i sagssystemet, journalnummer {}",
}


class Storyteller:
    """What ideas and proposals have in common."""

    model: type[Idea] | type[Proposal]

    def __init__(
        self, place: Municipality, cast: Cast, supporters: Supporters, calendar: Calendar
    ) -> None:
        self.place = place
        self.cast = cast
        self.supporters = supporters
        self.calendar = calendar
        self.moderator = place.staff["moderator"]
        self.caseworker = place.staff["sagsbehandler"]
        self.keys: dict[str, int] = {}
        self.answers: Item = answers()["answers"]

    def tell(self, item: Item, *, waiting: frozenset[str]) -> None:
        """Put everything that happened with ``item`` on the calendar.

        ``waiting`` holds the comments and offers that no moderator has read yet.
        """
        raise NotImplementedError

    def contribution(self, item: Item) -> Idea | Proposal:
        """It, as it stands now."""
        return self.model.objects.with_page_rows().get(pk=self.keys[item["slug_key"]])

    def draft(self, item: Item) -> dict[str, object]:
        """What its author typed."""
        return {
            "title": item["title"],
            "body": item["body"],
            "language": item["language"],
            "area": self.place.areas[item["area"]],
            "category": self.place.categories[item["category"]],
            "address": item["address"] or "",
            "latitude": item["lat"],
            "longitude": item["lon"],
            "name_display": item["name_display"],
            # Stored, so that the random order is the same each time the demo is loaded.
            "random_key": self.calendar.dice.randrange(2**31),
        }

    def move(self, item: Item, entry: Item, at: datetime.datetime) -> None:
        """A colleague moves the case, and signs with the role; some steps are official answers."""
        if self.answers.get(item["slug_key"], {}).get("step") == entry["kind"]:
            self.answer_officially(item, entry, at)
            return
        change_status(
            self.contribution(item),
            Status.objects.of_kind(entry["kind"]),
            at=at,
            by=self.caseworker,
            by_role=entry["by_role"],
            note=entry["note"],
        )

    def answer_officially(self, item: Item, entry: Item, at: datetime.datetime) -> None:
        """The municipality answers, which moves the case by itself."""
        said = {**self.answers[item["slug_key"]], "signed_as": entry["by_role"]}
        words = AnswerWords(**{name: said[name] for name in said.keys() - {"step"}})
        contribution = self.contribution(item)
        write_answer(contribution, words, by=self.caseworker, at=at)
        publish_answer(contribution, by=self.caseworker, at=at)
        self.sign(item, entry)

    def sign(self, item: Item, entry: Item) -> None:
        """Write the public note on a step that an action, a count or the clock made."""
        step = StatusChange.objects.filter(
            contribution=self.keys[item["slug_key"]], to_status__kind=entry["kind"]
        ).latest("pk")
        step.note, step.by_role = entry["note"], entry["by_role"] or ""
        step.save()

    def discuss(self, case: Case, item: Item, *, waiting: frozenset[str]) -> None:
        """Comments and replies."""
        for entry in item["comments"]:
            case.then(entry["days_ago"], partial(self.comment, item, entry, "", waiting))
            for reply in entry.get("replies", ()):
                case.then(
                    reply["days_ago"], partial(self.comment, item, reply, entry["body"], waiting)
                )

    def comment(
        self,
        item: Item,
        entry: Item,
        parent: str,
        waiting: frozenset[str],
        at: datetime.datetime,
    ) -> None:
        contribution = self.contribution(item)
        is_staff = bool(entry.get("role"))
        name = entry["name"]
        person = (
            Person(user=self.caseworker)
            if is_staff
            else Person(participant=self.cast.participant(name), level=VerificationLevel.EMAIL)
        )
        comment = comment_on(
            contribution,
            by=person,
            body=entry["body"],
            at=at,
            language=entry.get("language", "da"),
            parent=Comment.objects.get(contribution=contribution, body=parent) if parent else None,
            name_display=NameDisplay.FULL if is_staff else self.cast.display(name),
            name=name,
            must_confirm=not is_staff,
            declared=True,
        )
        if is_staff:
            return
        confirm_comment(comment, at=at + CONFIRMED_AFTER)
        if entry["body"] not in waiting:
            moderate_comment(
                comment, ModerationAction.PUBLISH, by=self.moderator, at=at + READ_AFTER
            )

    def take_away(self, item: Item, at: datetime.datetime) -> None:
        """A moderator hides or removes it, and says why."""
        decision = item["moderation"]
        moderate(
            self.contribution(item),
            decision["action"],
            by=self.moderator,
            at=at,
            reason_code=decision["reason_code"],
            rule_cited="Spillereglerne på siden",
            public_note=decision["public_note"],
        )

    def take_back(self, item: Item, at: datetime.datetime) -> None:
        """The author withdraws it."""
        contribution = self.contribution(item)
        withdraw(contribution, by=person_of(contribution.participant), at=at)

    def end(self, case: Case, item: Item) -> None:
        """What took it out of sight, if anything did."""
        if item["moderation"]:
            case.then(item["moderation"]["days_ago"], partial(self.take_away, item))
        if item["visibility"] == Visibility.WITHDRAWN:
            last = min(
                [
                    WITHDRAWN_DAYS_AGO,
                    *(entry["days_ago"] for entry in item["comments"]),
                    *(entry["days_ago"] for entry in item.get("addenda", ())),
                ]
            )
            case.then(last, partial(self.take_back, item))


class IdeaTeller(Storyteller):
    """From the form to what became of the idea."""

    model = Idea

    def tell(self, item: Item, *, waiting: frozenset[str]) -> None:
        case = Case()
        sent = item["days_ago"]
        case.then(sent, partial(self.send, item))
        if item["visibility"] not in {Visibility.DRAFT, Visibility.PENDING}:
            case.then(sent, partial(self.publish, item))
        if any(item["supports"].values()):
            case.then(self.supported_until(item), partial(self.support, item))
        for entry in item["status_log"][1:]:
            case.then(entry["days_ago"], partial(self.move, item, entry))
        self.discuss(case, item, waiting=waiting)
        for offer in item["help_offers"]:
            case.then(max(sent - 1, 0), partial(self.offer, item, offer, waiting))
        if item["refined"]:
            case.then(item["refined"]["days_ago"], partial(self.refine, item))
        self.end(case, item)
        self.calendar.add(case)

    def send(self, item: Item, at: datetime.datetime) -> None:
        """On the website, or by somebody who writes it in for the citizen."""
        activity = self.place.activities[item["collection"]]
        idea = Idea(**self.draft(item))
        disclaimer = activity.page.specific.disclaimer
        name = item["name"]
        if item["channel"] == Channel.WEB:
            sender = self.cast.sender(
                name, display=item["name_display"], level=activity.submit_level
            )
            idea = idea_actions.submit(
                idea, activity=activity, sender=sender, disclaimer=disclaimer, at=at
            )
            if files := pictures.of(item["slug_key"]):
                idea_actions.add_files(idea, files, at=at + MINUTE)
            if sender.must_confirm and item["visibility"] != Visibility.DRAFT:
                confirm_contribution(idea, at=at + CONFIRMED_AFTER)
        else:
            idea = idea_actions.enter_for_somebody(
                idea,
                activity=activity,
                participant=None if name == NAMELESS else self.cast.participant(name),
                channel=item["channel"],
                evidence=EVIDENCE[item["channel"]].format(f"{at:%y%m%d}-{len(self.keys) + 1}"),
                disclaimer=disclaimer,
                entered_by=self.caseworker,
                at=at,
            )
            if files := pictures.of(item["slug_key"]):
                idea_actions.add_files(idea, files, at=at + MINUTE)
        self.keys[item["slug_key"]] = idea.pk
        self.sign(item, item["status_log"][0])

    def publish(self, item: Item, at: datetime.datetime) -> None:
        moderate(self.contribution(item), ModerationAction.PUBLISH, by=self.moderator, at=at)

    def supported_until(self, item: Item) -> int:
        """The day on which it stopped taking support; today if it still does."""
        ended = [e["days_ago"] for e in item["status_log"] if e["kind"] not in SUPPORTABLE_KINDS]
        taken = [item["moderation"]["days_ago"]] if item["moderation"] else []
        if item["visibility"] == Visibility.WITHDRAWN:
            taken.append(WITHDRAWN_DAYS_AGO)
        return max([*ended, *taken, 0])

    def support(self, item: Item, at: datetime.datetime) -> None:
        idea = self.contribution(item)
        chosen = self.supporters.choose(item["supports"])
        self.supporters.give(idea, chosen, since=idea.published_at, until=at)

    def offer(
        self, item: Item, entry: Item, waiting: frozenset[str], at: datetime.datetime
    ) -> None:
        idea = self.contribution(item)
        sender = self.cast.sender(
            entry["name"],
            display=self.cast.display(entry["name"]),
            level=VerificationLevel.EMAIL,
        )
        offer = idea_actions.offer_help(
            idea, sender=sender, text=entry["text"], language=entry.get("language", "da"), at=at
        )
        idea_actions.confirm_offer(offer, at=at + CONFIRMED_AFTER)
        if entry["text"] not in waiting:
            idea_actions.moderate_offer(
                offer, ModerationAction.PUBLISH, by=self.moderator, at=at + READ_AFTER
            )

    def refine(self, item: Item, at: datetime.datetime) -> None:
        refined = item["refined"]
        idea_actions.refine(
            self.contribution(item),
            title=refined["title"],
            body=refined["body"],
            by=self.caseworker,
            by_role=refined["by_role"],
            at=at,
        )


class ProposalTeller(Storyteller):
    """From the first signature to what the council decided."""

    model = Proposal

    def tell(self, item: Item, *, waiting: frozenset[str]) -> None:
        case = Case()
        log = {entry["kind"]: entry for entry in item["status_log"]}
        case.then(item["days_ago"], partial(self.send, item))
        for row in item["coproposers"]:
            if row["state"] != "invited":
                case.then(row["days_ago"], partial(self.answer, item, row))
        if item["formal_check"]:
            case.then(item["formal_check"]["days_ago"], partial(self.check, item))
        if any(item["supports"].values()):
            self.collect(case, item, log)
        made_by_actions = {StatusKind.THRESHOLD_REACHED, StatusKind.EXPIRED}
        for entry in self.later_steps(item):
            if entry["kind"] not in made_by_actions:
                case.then(entry["days_ago"], partial(self.move, item, entry))
        self.discuss(case, item, waiting=waiting)
        for addendum in item["addenda"]:
            case.then(addendum["days_ago"], partial(self.add, item, addendum))
        self.end(case, item)
        self.calendar.add(case)

    def later_steps(self, item: Item) -> list[Item]:
        """The log after the formal check."""
        kinds = [entry["kind"] for entry in item["status_log"]]
        if StatusKind.OPEN_FOR_SUPPORT not in kinds:
            return []
        return item["status_log"][kinds.index(StatusKind.OPEN_FOR_SUPPORT) + 1 :]

    def send(self, item: Item, at: datetime.datetime) -> None:
        is_trial = item["status"] == StatusKind.AWAITING_COPROPOSERS
        proposal = Proposal(
            rule_set=self.place.rule_sets["trial" if is_trial else "standard"], **self.draft(item)
        )
        proposal = proposal_actions.submit(
            proposal,
            activity=self.place.activities[item["collection"]],
            sender=self.cast.sender(
                item["name"], display=item["name_display"], level=VerificationLevel.ACCOUNT
            ),
            invitations=[
                proposal_actions.Invitation(row["name"], self.cast.email(row["name"]))
                for row in item["coproposers"]
            ],
            at=at,
        )
        self.keys[item["slug_key"]] = proposal.pk

    def answer(self, item: Item, row: Item, at: datetime.datetime) -> None:
        self.cast.participant(row["name"])
        invited = CoProposer.objects.select_related("proposal").get(
            proposal=self.keys[item["slug_key"]], name=row["name"]
        )
        if row["state"] == "accepted":
            proposal_actions.accept_invitation(invited, at=at)
        else:
            proposal_actions.decline_invitation(invited, at=at)

    def check(self, item: Item, at: datetime.datetime) -> None:
        proposal = self.contribution(item)
        asked = proposal.rule_set.criteria.order_by("sort_order")
        kind = proposal_actions.record_formal_check(
            proposal,
            results=[
                proposal_actions.CheckedCriterion(criterion.title, result["passed"], result["note"])
                for criterion, result in zip(asked, item["formal_check"]["results"], strict=True)
            ],
            by=self.caseworker,
            at=at,
            reject=item["status"] == StatusKind.REJECTED_FORMAL,
        )
        self.sign(item, next(e for e in item["status_log"] if e["kind"] == kind))

    def collect(self, case: Case, item: Item, log: dict[str, Item]) -> None:
        """Supports: all at once where the goal is far, else up to the goal and then the rest."""
        goal = self.place.rule_sets["standard"].threshold
        chosen = self.supporters.choose(item["supports"])
        if StatusKind.THRESHOLD_REACHED in log:
            reached = log[StatusKind.THRESHOLD_REACHED]
            # A signature on paper is entered by staff; the one that reaches the goal is not.
            place = next(n for n in range(goal - 1, 0, -1) if chosen[n][0] != "paper")
            chosen[goal - 1], chosen[place] = chosen[place], chosen[goal - 1]
            case.then(reached["days_ago"], partial(self.reach, item, chosen[:goal], reached))
            later = [entry["days_ago"] for entry in self.later_steps(item)[1:]]
            case.then(max(later, default=0), partial(self.support, item, chosen[goal:]))
        elif StatusKind.EXPIRED in log:
            expired = log[StatusKind.EXPIRED]
            case.then(expired["days_ago"], partial(self.support, item, chosen))
            ran = self.calendar.day(expired["days_ago"] - 1) + 10 * MINUTE
            self.calendar.once(ran, partial(self.expire, item, expired))
        else:
            last = min([entry["days_ago"] for entry in item["addenda"]], default=0)
            is_over = item["visibility"] == Visibility.WITHDRAWN
            case.then(last if is_over else 0, partial(self.support, item, chosen))

    def reach(self, item: Item, chosen: list[tuple], entry: Item, at: datetime.datetime) -> None:
        proposal = self.contribution(item)
        self.supporters.give(proposal, chosen[:-1], since=proposal.published_at, until=at)
        self.supporters.give_last(self.contribution(item), chosen[-1], at=at)
        self.sign(item, entry)

    def support(self, item: Item, chosen: list[tuple], at: datetime.datetime) -> None:
        proposal = self.contribution(item)
        since = (
            StatusChange.objects.filter(contribution=proposal.pk)
            .filter(to_status__kind=StatusKind.THRESHOLD_REACHED)
            .values_list("at", flat=True)
            .first()
        )
        until = min(at, proposal.support_until)
        self.supporters.give(proposal, chosen, since=since or proposal.published_at, until=until)

    def expire(self, item: Item, entry: Item, at: datetime.datetime) -> None:
        proposal_actions.run_clock(at=at)
        self.sign(item, entry)

    def add(self, item: Item, entry: Item, at: datetime.datetime) -> None:
        proposal = self.contribution(item)
        addendum = proposal_actions.add_addendum(
            proposal,
            by=proposal.participant,
            body=entry["body"],
            at=at,
            language=item["language"],
        )
        proposal_actions.decide_addendum(addendum, show=True, by=self.moderator, at=at + READ_AFTER)


def still_waiting(items: list[Item], *, comments: int = 3, offers: int = 1) -> frozenset[str]:
    """The newest comments and offers, which the moderators have not read yet: their texts."""
    said = [
        (entry["days_ago"], entry["body"])
        for item in items
        for entry in item["comments"]
        if not entry.get("role") and not entry.get("replies")
    ]
    offered = [
        (item["days_ago"], offer["text"]) for item in items for offer in item.get("help_offers", ())
    ]
    return frozenset(
        [text for _days, text in sorted(said)[:comments]]
        + [text for _days, text in sorted(offered)[:offers]]
    )
