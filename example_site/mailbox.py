"""What the demo would have mailed, in a browser, so that its links can be followed."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

NEWEST = 50
END_OF_MESSAGE = re.compile(rb"^-{79}$", re.M)  # as Django's file backend writes it


def messages(folder: Path) -> list[EmailMessage]:
    """The newest messages in the folder, newest first."""
    files = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime)
    found = [
        message_from_bytes(letter.strip(b"\n"), policy=default)
        for path in files[-NEWEST:]
        for letter in END_OF_MESSAGE.split(path.read_bytes())
        if letter.strip()
    ]
    return found[::-1][:NEWEST]


def mailbox(request: HttpRequest) -> HttpResponse:
    """Everybody's mail, therefore only where ``DEBUG`` is on."""
    if not settings.DEBUG:
        raise Http404
    letters = [
        {
            "to": message["To"],
            "subject": message["Subject"],
            "date": message["Date"].datetime,
            "text": message.get_body(("plain",)).get_content(),
        }
        for message in messages(Path(settings.EMAIL_FILE_PATH))
    ]
    return render(request, "mailbox.html", {"letters": letters})
