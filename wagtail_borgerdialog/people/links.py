"""Links in mails: a GET shows what will happen, only a POST does it.

Mail scanners fetch links before people do. A token is bound to its purpose, to the address it was
sent to, to the state it starts from and to the site; once the state has moved on, the same link
only shows what happened.
"""

import dataclasses
import datetime
from collections.abc import Sequence

from django.core import signing
from django.db import models
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from wagtail.models import Site

from wagtail_borgerdialog.conf import app_settings
from wagtail_borgerdialog.people.identity import address_mark, address_marks
from wagtail_borgerdialog.people.models import Participant


@dataclasses.dataclass(frozen=True)
class Choice:
    """One button on the page behind a link."""

    value: str
    label: str
    is_quiet: bool = False


class MailedLink:
    """One kind of link. A room subclasses it, and registers one instance in ``ready()``."""

    purpose: str = ""
    template_name: str = ""
    # For links that end with the state they start from, not with the settings' number of days.
    max_age: datetime.timedelta | None = None

    def find(self, pk: int, *, site: Site) -> models.Model | None:
        """The object the link is about, locked to nothing; None when it is gone."""
        raise LookupError(f"{type(self).__name__} must say what it is about.")

    def address(self, obj: models.Model) -> str:
        """The address the link was sent to, as the object knows it now."""
        raise LookupError(f"{type(self).__name__} must say whom it was sent to.")

    def state(self, obj: models.Model) -> str:
        """A short word for where the object stands; acting changes it."""
        raise LookupError(f"{type(self).__name__} must say where the object stands.")

    def choices(self, obj: models.Model) -> Sequence[Choice]:
        """The buttons to offer while the state is the one in the link."""
        return ()

    def context(self, obj: models.Model) -> dict[str, object]:
        """What the template needs beside ``object``, ``choices``, ``is_ready`` and ``denied``."""
        return {}

    def act(self, obj: models.Model, choice: str, *, at: datetime.datetime) -> None:
        """Do what the button says. Raises ``NotAllowed`` when the rules have changed meanwhile."""
        raise LookupError(f"{type(self).__name__} must say what it does.")

    # -- tokens ------------------------------------------------------------------------------

    @property
    def salt(self) -> str:
        return f"wagtail_borgerdialog.link.{self.purpose}"

    def token(self, obj: models.Model, *, site: Site) -> str:
        """A signed token for ``obj`` as it stands."""
        payload = [obj.pk, site.pk, address_mark(self.address(obj)), self.state(obj)]
        return signing.dumps(payload, salt=self.salt)

    def language(self, obj: models.Model) -> str:
        """The language of whoever gets the link, where we know it."""
        participant = getattr(obj, "participant", None)
        return participant.language if participant else translation.get_language()

    def url(self, obj: models.Model, *, site: Site) -> str:
        """The absolute link to put into a mail, to a page in its reader's language."""
        with translation.override(self.language(obj)):
            path = reverse("borgerdialog:link", args=[self.purpose, self.token(obj, site=site)])
        return site.root_url + path

    def read(self, token: str, *, site: Site) -> "LinkReading | None":
        """What ``token`` leads to on ``site``, or None when it is false, too old or gone."""
        max_age = self.max_age or datetime.timedelta(days=app_settings.CONFIRM_LINK_DAYS)
        try:
            payload = signing.loads(token, salt=self.salt, max_age=max_age)
        except signing.BadSignature:
            return None
        pk, site_pk, mark, state = payload
        if site_pk != site.pk:
            return None
        obj = self.find(pk, site=site)
        if obj is None or mark not in address_marks(self.address(obj)):
            return None
        return LinkReading(obj=obj, is_ready=self.state(obj) == state)


@dataclasses.dataclass(frozen=True)
class LinkReading:
    """The object behind a link, and whether it still stands where it stood."""

    obj: models.Model
    is_ready: bool


class OwnPageLink(MailedLink):
    """The key to a participant's own page. For people with an account, signing in is the key."""

    purpose = "your-page"
    max_age = datetime.timedelta(hours=24)

    def find(self, pk: int, *, site: Site) -> Participant | None:
        return Participant.objects.filter(pk=pk, user=None).select_related("area").first()

    def address(self, obj: Participant) -> str:
        return obj.email

    def state(self, obj: Participant) -> str:
        return "known"

    def language(self, obj: Participant) -> str:
        return obj.language

    def url(self, obj: Participant, *, site: Site) -> str:
        with translation.override(self.language(obj)):
            path = reverse("borgerdialog:your_page")
        return f"{site.root_url}{path}?{urlencode({'key': self.token(obj, site=site)})}"


_links: dict[str, MailedLink] = {}


def register(link: MailedLink) -> None:
    """Make ``link`` reachable under its purpose."""
    _links[link.purpose] = link


def get_link(purpose: str) -> MailedLink | None:
    """The registered link for ``purpose``, or None."""
    return _links.get(purpose)


def link_url(purpose: str, obj: models.Model, *, site: Site) -> str:
    """The absolute link of ``purpose`` about ``obj``. Raises ``KeyError`` for an unknown one."""
    return _links[purpose].url(obj, site=site)
