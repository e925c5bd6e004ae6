from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from wagtail_borgerdialog.people.erasing import erase
from wagtail_borgerdialog.people.identity import email_identities
from wagtail_borgerdialog.people.selectors import participant_by_identity


class Command(BaseCommand):
    help = "Erase the person behind an e-mail address, who has asked for it by letter or phone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--take-down", action="store_true", help="take their texts off the pages too"
        )
        parser.add_argument("--with-account", action="store_true", help="delete their login too")

    def handle(self, *args: str, **options: object) -> None:
        try:
            identities = email_identities(str(options["email"]))
        except ValueError as error:
            raise CommandError("This is no e-mail address.") from error
        participant = participant_by_identity(*identities)
        if participant is None:
            raise CommandError("Nobody is known by this address.")
        erase(
            participant,
            at=timezone.now(),
            take_down=bool(options["take_down"]),
            with_account=bool(options["with_account"]),
        )
        self.stdout.write("erased")
