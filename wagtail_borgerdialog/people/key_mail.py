"""The mail with the key to somebody's own page."""

import datetime

from django.urls import reverse
from django.utils import translation
from wagtail.models import Site

from wagtail_borgerdialog.adapter import get_adapter
from wagtail_borgerdialog.mail import queue
from wagtail_borgerdialog.people.identity import email_identities, person_keys
from wagtail_borgerdialog.people.links import OwnPageLink
from wagtail_borgerdialog.people.selectors import participant_by_identity


def your_page(email: str, *, site: Site, language: str, at: datetime.datetime) -> None:
    """Send whoever reads ``email`` the way to their own page, or that there is none.

    A mail goes out in any case, so that neither the answer nor its time tells whoever typed the
    address whether its owner takes part. Raises ``ValueError`` when it is no address.
    """
    identities = email_identities(email)
    known = participant_by_identity(*identities)
    link = ""
    if known is not None and known.user_id is None:
        language = known.language
        link = OwnPageLink().url(known, site=site) if known.email else ""
    elif known is not None:
        language = known.language
        with translation.override(language):
            page = reverse("borgerdialog:your_page")
        link = site.root_url + get_adapter().login_url(next_url=page)
    queue(
        f"your-page:{at:%Y%m%d%H%M}",
        template="your_page",
        to=known.email if known is not None and known.email else email,
        recipient_key=known.person_key if known else person_keys(identities[0])[0],
        site=site,
        language=language,
        at=at,
        context={
            "link": link,
            "signs_in": bool(known and known.user_id),
            "is_known": bool(link),
        },
    )
