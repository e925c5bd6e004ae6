import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wagtail_borgerdialog.people.erasing import export_ledger, import_ledger, replay


class Command(BaseCommand):
    help = (
        "After a backup was restored: erase again whom it has brought back. Export the ledger "
        "whenever you make a backup, and keep it apart from it: it holds no names."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--export", type=Path, help="only write the ledger to this file")
        parser.add_argument("--import", type=Path, dest="source", help="read this ledger first")

    def handle(self, *args: str, **options: Path | None) -> None:
        if options["export"]:
            lines = [json.dumps(entry) for entry in export_ledger()]
            options["export"].write_text("".join(f"{line}\n" for line in lines))
            self.stdout.write(f"{len(lines)} written")
            return
        if options["source"]:
            try:
                lines = options["source"].read_text().splitlines()
                known = import_ledger(json.loads(line) for line in lines if line.strip())
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise CommandError(f"This is no ledger of erasures: {error}") from error
            self.stdout.write(f"{known} read")
        self.stdout.write(f"{replay()} erased again")
