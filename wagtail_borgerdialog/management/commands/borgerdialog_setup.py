from django.core.management.base import BaseCommand, CommandError

from wagtail_borgerdialog.setup import set_up


class Command(BaseCommand):
    help = "Create the groups, statuses, rules and texts that are missing. Safe to run again."

    def handle(self, *args: str, **options: str) -> None:
        try:
            made = set_up()
        except LookupError as error:
            raise CommandError(str(error)) from error
        for line in made:
            self.stdout.write(f"made {line}")
        self.stdout.write(self.style.SUCCESS(f"{len(made)} made, the rest was there"))
