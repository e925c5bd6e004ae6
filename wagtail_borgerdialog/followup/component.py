"""What the site asks the follow-up room."""

from wagtail_borgerdialog.components import Component


class Answers(Component):
    key = "answers"
    order = 20


class Clock(Component):
    key = "clock"
    order = 21


class Promises(Component):
    key = "promises"
    order = 22
