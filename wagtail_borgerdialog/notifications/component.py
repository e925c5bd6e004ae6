"""What the site asks the notifications room."""

from wagtail_borgerdialog.components import Component


class Notifications(Component):
    key = "notifications"
    order = 90
