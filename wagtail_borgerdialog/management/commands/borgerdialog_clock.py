from django.core.management.base import BaseCommand
from django.utils import timezone

from wagtail_borgerdialog.components import registry


class Command(BaseCommand):
    help = "Write down what time has decided: expired proposals, passed deadlines. Run it often."

    def handle(self, *args: str, **options: str) -> None:
        at = timezone.now()
        changed = sum(component.run_clock(at=at) for component in registry)
        self.stdout.write(f"{changed} changed")
