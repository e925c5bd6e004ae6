"""The personal data in follow-up: what the municipality wrote about somebody's case."""

from wagtail_borgerdialog.components import RetainedData
from wagtail_borgerdialog.contributions.models import Visibility
from wagtail_borgerdialog.followup.models import OfficialAnswer
from wagtail_borgerdialog.people.models import Participant


class CaseWork(RetainedData):
    """Answers and notes about what somebody sent.

    Erasure takes names and addresses out of them (``people.masking``), and leaves the rest: it is
    the municipality's own record. Colleagues are named as such, for as long as they have a login.
    """

    name = "case_work"
    models = (
        "borgerdialog_followup.Case",
        "borgerdialog_followup.DeadlineChange",
        "borgerdialog_followup.Handover",
        "borgerdialog_followup.InternalNote",
        "borgerdialog_followup.OfficialAnswer",
        "borgerdialog_followup.Promise",
        "borgerdialog_followup.PromiseChange",
    )

    def export(self, participant: Participant) -> list[dict[str, object]]:
        """Published answers. A colleague decides what of the notes can be read by whom it is about.

        (GDPR, art. 15, stk. 4, and databeskyttelsesloven § 22: the journal holds them.)
        """
        answers = OfficialAnswer.objects.published().filter(
            contribution__participant=participant, contribution__visibility=Visibility.VISIBLE
        )
        return [
            {
                "reference": row.contribution.reference,
                "answer": row.body,
                "signed_as": row.signed_as,
                "at": row.published_at.isoformat(),
            }
            for row in answers.select_related("contribution").order_by("-published_at", "-pk")
        ]


RETAINED = (CaseWork(),)
