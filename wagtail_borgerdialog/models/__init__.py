from wagtail_borgerdialog.models.access import GroupActivityAccess
from wagtail_borgerdialog.models.activity import Activity, ActivityTerms
from wagtail_borgerdialog.models.mail import OutgoingMail
from wagtail_borgerdialog.models.settings import ParticipationSettings
from wagtail_borgerdialog.models.taxonomy import Area, Category

__all__ = [
    "Activity",
    "ActivityTerms",
    "Area",
    "Category",
    "GroupActivityAccess",
    "OutgoingMail",
    "ParticipationSettings",
]
