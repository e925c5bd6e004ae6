"""No name and no address in the logs: not from a form, not from a file, not from the mail."""

import io
import logging
from collections.abc import Iterator
from smtplib import SMTPException, SMTPRecipientsRefused

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from django.views.debug import SafeExceptionReporterFilter

from tests.trust.browser import forms
from tests.trust.rows import ROWS
from tests.trust.test_hostile_input import TEXTS, Sent, browser, send_all, targets
from wagtail_borgerdialog.mail import send_due
from wagtail_borgerdialog.models import OutgoingMail

pytestmark = pytest.mark.django_db

NAME, LOCAL = "zyxnavnwvu", "zyxadressewvu"
ADDRESS = f"{LOCAL}@example.dk"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """All that loggers write, tracebacks included: ours in full, others from INFO up.

    Below that Django logs SQL with its parameters, and template variables with what they hold.
    """
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
    names = [
        "",
        *(name for name in logging.root.manager.loggerDict if name != "django.db.backends"),
    ]
    loggers = [logging.getLogger(name) for name in names]
    before = [(one, one.level, one.propagate, one.disabled) for one in loggers]
    for one in loggers:
        one.setLevel(logging.DEBUG if "borgerdialog" in one.name else logging.INFO)
        one.disabled = False
        if one.name != "root":
            one.propagate = False
        one.addHandler(handler)
    yield stream
    for one, level, propagate, disabled in before:
        one.removeHandler(handler)
        one.setLevel(level)
        one.propagate, one.disabled = propagate, disabled


def typed(name: str) -> str:
    if name.endswith("email"):
        return ADDRESS
    return f"{NAME} Prøve" if name.endswith("name") else "Hej fra havnen"


def nothing_personal_in(stream: io.StringIO) -> None:
    lines = [
        line for line in stream.getvalue().splitlines() if NAME in line or LOCAL in line.lower()
    ]
    assert lines == []


def test_forms_leave_no_name_and_no_address_in_the_log(world, written):
    with Sent() as sent:
        for name, row, _case, path in targets(world, is_staff=False):
            if "POST" in row.methods:
                client = world.client(None)
                send_all(sent, client, name, path, typed, "honest")
                for label in ("NUL", "bidi", "header injection", "long address"):
                    send_all(
                        sent,
                        client,
                        name,
                        path,
                        lambda field, label=label: f"{typed(field)}{TEXTS[label]}",
                        label,
                    )
    sent.assert_clear(at_least=60)
    assert OutgoingMail.objects.filter(to_email__startswith=LOCAL).exists(), "nothing was sent"
    logging.getLogger("django.request").warning("The log is on.")
    assert "The log is on." in written.getvalue()
    nothing_personal_in(written)


def test_a_form_that_breaks_leaves_nothing_of_what_was_typed_in_the_log(world, written, settings):
    settings.ROOT_URLCONF = "example_site.urls"
    client = world.client(None)
    row = ROWS["borgerdialog:comment"]
    case = next(c for c in row.cases(world) if c.is_visible and c.place == "open")
    (path, *_rest) = row.address(world, case)
    client.handler.enforce_csrf_checks = True
    response = client.post(path, {"name": NAME, "email": ADDRESS, "body": "Hej"})
    assert response.status_code == 403
    client.get(f"{path}findes-ikke/?x=1")
    nothing_personal_in(written)


def test_an_error_report_holds_nothing_of_what_was_typed(world):
    """Django leaves out of its mails to administrators what a view calls sensitive."""
    typing = ("borgerdialog:", "ideas:", "proposals:", "borgerdialog_ideas:enter", "action:")
    told = []
    for is_staff in (False, True):
        for name, row, case, path in targets(world, is_staff=is_staff):
            if "POST" not in row.methods or not name.startswith(typing):
                continue
            client = browser(world, row, case)
            if any(form.typed for form in forms(client.get(path))):
                request = client.post(path, {"name": NAME, "email": ADDRESS}).wsgi_request
                told.append(name)
                filtered = SafeExceptionReporterFilter().get_post_parameters(request)
                kept = [value for values in filtered.lists() for value in values[1]]
                assert NAME not in kept, name
                assert ADDRESS not in kept, name
    assert {"borgerdialog:support", "proposals:new", "borgerdialog_ideas:enter"} <= set(told)


class Refusing(BaseEmailBackend):
    """A mail server that repeats whom it does not know."""

    error: Exception = SMTPException("")

    def send_messages(self, messages: list[object]) -> int:
        raise self.error


@pytest.mark.parametrize(
    "error",
    [
        SMTPRecipientsRefused({ADDRESS: (550, f"{ADDRESS}: unknown".encode())}),
        SMTPException(f"cannot reach {ADDRESS}"),
        OSError(f"no route to {ADDRESS}"),
        ValueError(f"Invalid address; only {NAME} could be parsed from {ADDRESS}"),
        UnicodeError(f"{ADDRESS} is not ASCII"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_mail_that_cannot_be_sent_leaves_no_address_in_the_log(
    world, written, settings, monkeypatch, error
):
    monkeypatch.setattr(Refusing, "error", error)
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    OutgoingMail.objects.all().delete()
    OutgoingMail.objects.create(
        site=world.site_a,
        recipient_key="k" * 64,
        event="log:test",
        template="withdrawn",
        context={"title": "En bænk", "reference": "2026-00001", "url": "http://localhost/"},
        to_email=ADDRESS,
        language="da",
        created_at=timezone.now(),
        next_attempt_at=timezone.now(),
    )
    assert send_due(at=timezone.now())[0] == 0
    (mail,) = OutgoingMail.objects.filter(event="log:test")
    assert mail.attempts == 1
    assert ADDRESS not in mail.last_error
    nothing_personal_in(written)
