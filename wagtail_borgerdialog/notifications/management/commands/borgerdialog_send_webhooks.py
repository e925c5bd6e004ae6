from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from wagtail_borgerdialog.notifications.webhooks import send_due


class Command(BaseCommand):
    help = "Tell webhooks what they have not been told yet. Run it every minute or so."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=int, default=500, help="how many at most")

    def handle(self, *args: str, **options: int) -> None:
        sent, put_off = send_due(at=timezone.now(), limit=options["limit"])
        self.stdout.write(f"{sent} sent, {put_off} put off")
