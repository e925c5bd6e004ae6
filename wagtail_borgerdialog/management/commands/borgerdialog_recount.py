from django.core.management.base import BaseCommand, CommandError, CommandParser

from wagtail_borgerdialog.components import registry


class Command(BaseCommand):
    help = "Compare the counters with the rows, which are the truth. Fails when they differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fix", action="store_true", help="set the counters right")

    def handle(self, *args: str, **options: bool) -> None:
        lines = [line for component in registry for line in component.recount(fix=options["fix"])]
        for line in lines:
            self.stdout.write(line)
        if lines and not options["fix"]:
            raise CommandError(f"{len(lines)} counters differ from their rows.")
        self.stdout.write(f"{len(lines)} corrected" if lines else "All counters agree")
