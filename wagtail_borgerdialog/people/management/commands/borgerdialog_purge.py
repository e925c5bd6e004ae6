from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from wagtail_borgerdialog.people.purging import purge


class Command(BaseCommand):
    help = "Erase personal data whose time is up. Run it every night."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how much it would be")

    def handle(self, *args: str, **options: bool) -> None:
        counts = purge(at=timezone.now(), dry_run=options["dry_run"])
        for name, count in counts.items():
            if count:
                self.stdout.write(f"{name}: {count}")
        said = "would be erased" if options["dry_run"] else "erased"
        self.stdout.write(f"{sum(counts.values())} {said}")
