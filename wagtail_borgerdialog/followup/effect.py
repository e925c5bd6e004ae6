"""What became of what citizens sent: how far each got, why no further, and how soon we answered.

Nothing is stored: every number is counted from the rows, so it cannot be prettier than they are.
"""

import dataclasses
import datetime
from collections import Counter
from collections.abc import Collection, Mapping

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from wagtail_borgerdialog.contributions.models import Contribution, StatusKind, Visibility
from wagtail_borgerdialog.followup.models import Case as FollowUp
from wagtail_borgerdialog.followup.models import Outcome, Promise, PromiseState
from wagtail_borgerdialog.followup.promises_shown import LATE


class Stage(TextChoices):
    """How far something got; each stage is a part of the one before."""

    RECEIVED = "received", _("Received")
    PUBLISHED = "published", _("Published")
    THRESHOLD = "threshold", _("Had the support it needs")
    TREATED = "treated", _("Answered")
    ADOPTED = "adopted", _("Adopted, wholly or partly")
    DELIVERED = "delivered", _("Carried out")


class Why(TextChoices):
    """Why something got no further than it did, so far or for good."""

    TO_CHECK = "to_check", _("Waits for us to check it")
    NOT_PUBLISHED = "not_published", _("Not published: against the rules of the page")
    REJECTED_FORMAL = "rejected_formal", _("Outside the rules of the scheme")
    WITHDRAWN = "withdrawn", _("Withdrawn by the author")
    HIDDEN = "hidden", _("Hidden later by a moderator")
    MERGED = "merged", _("Merged with another")
    CANCELLED = "cancelled", _("Cancelled")
    COLLECTING = "collecting", _("Still collects support")
    EXPIRED = "expired", _("Not enough support in time")
    ANSWER_LATE = "answer_late", _("Our answer is late")
    TO_ANSWER = "to_answer", _("Waits for our answer")
    AWAITING_FUNDS = "awaiting_funds", _("Waits for money")
    UNDER_REVIEW = "under_review", _("Still being considered")
    REJECTED = "rejected", _("Not adopted")
    NOT_MUNICIPAL = "not_municipal", _("Not for the municipality to decide")
    REFERRED = "referred", _("Passed on")
    NO_DECISION = "no_decision", _("Answered without a decision")
    PROMISE_BROKEN = "promise_broken", _("We broke the promise")
    PROMISE_DROPPED = "promise_dropped", _("We dropped the promise")
    PROMISE_LATE = "promise_late", _("We are late")
    UNDER_WAY = "under_way", _("Under way")
    NOT_BEGUN = "not_begun", _("Not begun yet")


ADOPTING = frozenset({Outcome.ADOPTED, Outcome.PARTLY_ADOPTED})
DELIVERED_KINDS = frozenset({StatusKind.DONE, StatusKind.IN_OPERATION})
ADOPTED_KINDS = DELIVERED_KINDS | {
    StatusKind.ACCEPTED,
    StatusKind.PARTLY_ACCEPTED,
    StatusKind.IN_PROGRESS,
    StatusKind.DELAYED,
}
TREATED_KINDS = ADOPTED_KINDS | {StatusKind.ANSWERED, StatusKind.REFERRED, StatusKind.REJECTED}
CONSIDERED_KINDS = TREATED_KINDS | {
    StatusKind.THRESHOLD_REACHED,
    StatusKind.IN_PROCESS,
    StatusKind.AWAITING_FUNDS,
}
ANSWERED_WITH = {
    Outcome.REJECTED: Why.REJECTED,
    Outcome.NOT_MUNICIPAL: Why.NOT_MUNICIPAL,
    Outcome.REFERRED: Why.REFERRED,
    Outcome.UNDER_REVIEW: Why.UNDER_REVIEW,
    Outcome.AWAITING_FUNDS: Why.AWAITING_FUNDS,
    StatusKind.REJECTED: Why.REJECTED,
    StatusKind.REFERRED: Why.REFERRED,
}
ENDED = {
    StatusKind.MERGED: Why.MERGED,
    StatusKind.CANCELLED: Why.CANCELLED,
    StatusKind.REJECTED_FORMAL: Why.REJECTED_FORMAL,
}
PROMISED = {
    PromiseState.BROKEN: Why.PROMISE_BROKEN,
    PromiseState.DROPPED: Why.PROMISE_DROPPED,
    LATE: Why.PROMISE_LATE,
}


@dataclasses.dataclass(frozen=True)
class FunnelStep:
    """One line of the funnel. ``percent`` is of what was received."""

    label: str
    count: int
    percent: int
    losses: list[tuple[str, int]]


@dataclasses.dataclass(frozen=True)
class AnswerTimes:
    """How soon answers came. ``median_days`` is None before the first one."""

    answered: int
    on_time: int
    owed: int
    late: int
    median_days: int | None

    @property
    def percent_on_time(self) -> int:
        """The share of answers that came in time."""
        return round(100 * self.on_time / self.answered) if self.answered else 0


def funnel(activities: Collection[int], *, at: datetime.datetime) -> list[FunnelStep]:
    """How far everything sent to ``activities`` (primary keys) got. One query."""
    reached: Counter[str] = Counter()
    losses: dict[str, Counter[str]] = {stage: Counter() for stage in Stage.values}
    order = Stage.values
    for row in _groups(activities, at=at):
        stage, why = _furthest(row)
        for passed in order[: order.index(stage) + 1]:
            reached[passed] += row["number"]
        if why:
            losses[stage][why] += row["number"]
    total = reached[Stage.RECEIVED]
    return [
        FunnelStep(
            label=str(stage.label),
            count=reached[stage],
            percent=round(100 * reached[stage] / total) if total else 0,
            losses=[(str(Why(why).label), number) for why, number in losses[stage].most_common()],
        )
        for stage in Stage
    ]


def answer_times(activities: Collection[int], *, at: datetime.datetime) -> AnswerTimes:
    """How soon what was owed on ``activities`` (primary keys) was answered. Two queries."""
    cases = FollowUp.objects.filter(contribution__activity__in=activities, due_at__isnull=False)
    answered = Q(answered_at__isnull=False)
    found = cases.aggregate(
        answered=Count("pk", filter=answered),
        on_time=Count("pk", filter=answered & Q(answered_at__lt=F("due_at"))),
        owed=Count("pk", filter=~answered),
        late=Count("pk", filter=Q(answered_at__isnull=True, paused_at__isnull=True, due_at__lt=at)),
    )
    took = ExpressionWrapper(F("answered_at") - F("due_set_at"), output_field=DurationField())
    middle = found["answered"] // 2
    times = (
        cases.filter(answered, due_set_at__isnull=False)
        .annotate(took=took)
        .order_by("took")
        .values_list("took", flat=True)[middle : middle + 1]
    )
    median = next((time.days for time in times), None) if found["answered"] else None
    return AnswerTimes(median_days=median, **found)


def _groups(activities: Collection[int], *, at: datetime.datetime) -> object:
    """The contributions that have come in, counted by all that says how far they got."""
    # What is most pressing stands for the rest: late, under way, broken, dropped, kept.
    word = Case(
        When(state=PromiseState.OPEN, due_on__lt=localdate(at), then=Value(LATE)),
        default=F("state"),
        output_field=CharField(),
    )
    weight = Case(
        When(state=PromiseState.OPEN, then=Value(0)),
        When(state=PromiseState.BROKEN, then=Value(1)),
        When(state=PromiseState.DROPPED, then=Value(2)),
        default=Value(3),
    )
    promises = Promise.objects.filter(contribution=OuterRef("pk"))
    first = promises.annotate(word=word).order_by(weight, "due_on", "pk").values("word")[:1]

    def is_so(condition: Q) -> ExpressionWrapper:
        return ExpressionWrapper(condition, output_field=BooleanField())

    return (
        Contribution.objects.filter(activity__in=activities)
        .exclude(visibility=Visibility.DRAFT)
        .order_by()
        .annotate(
            was_public=is_so(Q(published_at__isnull=False)),
            lacks_support=is_so(
                Q(support_goal__isnull=False) & Q(support_count__lt=F("support_goal"))
            ),
            out_of_time=is_so(Q(support_until__isnull=False) & Q(support_until__lt=at)),
            answer_is_late=is_so(
                Q(
                    case__due_at__isnull=False,
                    case__due_at__lt=at,
                    case__answered_at__isnull=True,
                    case__paused_at__isnull=True,
                )
            ),
            promise=Subquery(first, output_field=CharField()),
        )
        .values(
            "visibility",
            "status__kind",
            "case__answer__outcome",
            "was_public",
            "lacks_support",
            "out_of_time",
            "answer_is_late",
            "promise",
        )
        .annotate(number=Count("pk"))
    )


def _furthest(row: Mapping[str, object]) -> tuple[Stage, str]:
    """The last stage that a contribution got to, and why no further."""
    kind, outcome = row["status__kind"], row["case__answer__outcome"]
    gone = ""
    if row["visibility"] == Visibility.WITHDRAWN:
        gone = Why.WITHDRAWN
    elif row["visibility"] in {Visibility.HIDDEN, Visibility.REMOVED}:
        gone = Why.HIDDEN if row["was_public"] else Why.NOT_PUBLISHED
    gone = gone or ENDED.get(kind, "")
    if not row["was_public"]:
        return Stage.RECEIVED, gone or Why.TO_CHECK
    is_adopted = outcome in ADOPTING or kind in ADOPTED_KINDS
    if kind in DELIVERED_KINDS or (is_adopted and row["promise"] == PromiseState.KEPT):
        return Stage.DELIVERED, ""
    if is_adopted:
        waits = Why.UNDER_WAY if kind == StatusKind.IN_PROGRESS else Why.NOT_BEGUN
        if kind == StatusKind.DELAYED:
            waits = Why.PROMISE_LATE
        return Stage.ADOPTED, PROMISED.get(row["promise"], "") or gone or waits
    if outcome or kind in TREATED_KINDS:
        said = ANSWERED_WITH.get(outcome) or ANSWERED_WITH.get(kind) or Why.NO_DECISION
        return Stage.TREATED, said
    if row["lacks_support"] and kind not in CONSIDERED_KINDS:
        is_over = kind == StatusKind.EXPIRED or row["out_of_time"]
        return Stage.PUBLISHED, gone or (Why.EXPIRED if is_over else Why.COLLECTING)
    if row["answer_is_late"]:
        return Stage.THRESHOLD, gone or Why.ANSWER_LATE
    waits = Why.AWAITING_FUNDS if kind == StatusKind.AWAITING_FUNDS else Why.TO_ANSWER
    return Stage.THRESHOLD, gone or waits
