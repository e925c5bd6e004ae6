"""What people do with us themselves: follow a mailed link, look at their own page."""

from wagtail_borgerdialog.people.views.links import link
from wagtail_borgerdialog.people.views.own_page import delete, deleted, download, own_page, sent

__all__ = ["delete", "deleted", "download", "link", "own_page", "sent"]
