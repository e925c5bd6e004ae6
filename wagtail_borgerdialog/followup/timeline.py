"""What follow-up tells on the timeline of a case."""

from django.db.models import Case, F, QuerySet, TextField, Value, When
from django.utils.translation import gettext as _

from wagtail_borgerdialog.contributions.models import Contribution, Visibility
from wagtail_borgerdialog.contributions.timeline import (
    TimelineEntry,
    TimelineRow,
    TimelineSource,
    timeline_rows,
)
from wagtail_borgerdialog.followup.models import OfficialAnswer, Outcome

ANSWER = "answer"
ANSWER_URL = "#answer"


def _answer_rows(contribution: Contribution) -> QuerySet:
    # The current one stands in full above; those before it are read here.
    is_current = When(contribution__case__answer=F("pk"), then=Value(""))
    return timeline_rows(
        # Whoever cannot read the text does not read what is answered to it either.
        OfficialAnswer.objects.published().filter(
            contribution=contribution.pk, contribution__visibility=Visibility.VISIBLE
        ),
        ANSWER,
        at="published_at",
        code="outcome",
        text=Case(is_current, default=F("body"), output_field=TextField()),
        role="signed_as",
    )


def _answer_entry(row: TimelineRow) -> TimelineEntry:
    outcome = Outcome(row.code).label
    return TimelineEntry(
        at=row.at,
        title=_("The municipality has answered: %(outcome)s") % {"outcome": outcome},
        kind=row.code,
        by=row.role,
        text=row.text,
        url="" if row.text else ANSWER_URL,
    )


ANSWERS = TimelineSource(ANSWER, _answer_rows, _answer_entry)
