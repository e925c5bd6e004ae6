import datetime
import random
import time

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.test.utils import override_settings
from django.utils import timezone, translation
from wagtail.models import Site

from example_site.demo import letters, municipality
from example_site.demo.cases import IdeaTeller, ProposalTeller, still_waiting
from example_site.demo.content import answers, ideas, proposals, read
from example_site.demo.dates import Calendar
from example_site.demo.objections import report_and_object
from example_site.demo.paper import enter_waiting_list
from example_site.demo.people import Cast, crowd
from example_site.demo.promises import PromiseTeller
from example_site.demo.queue import share_out
from example_site.demo.supports import Supporters
from wagtail_borgerdialog.components import registry
from wagtail_borgerdialog.followup.models import AnswerTemplate
from wagtail_borgerdialog.models import Activity
from wagtail_borgerdialog.setup import set_up

SEED = 2026
OLDEST = datetime.timedelta(days=730)


class Command(BaseCommand):
    help = (
        "Fill the example site with the content of Vestersø Kommune. A second run changes nothing. "
        "Its passwords are known to everybody, so it runs only where DEBUG is on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--address",
            default="127.0.0.1:8000",
            help="where the site will answer, for the links in mails (127.0.0.1:8000)",
        )
        parser.add_argument(
            "--serve",
            action="store_true",
            help="bring the database up to date first, and answer there afterwards",
        )

    def handle(self, *args: str, **options: str) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo has well-known passwords: it needs EXAMPLE_SITE_DEBUG=1.")
        if not apps.is_installed("wagtail_borgerdialog.pages"):
            raise CommandError("The demo uses the page types of wagtail_borgerdialog.pages.")
        if options["serve"]:
            # One process for all three: each start of Django costs seconds.
            call_command("migrate", verbosity=0)
        with override_settings(
            WAGTAILADMIN_BASE_URL=self._say_where_it_answers(options["address"])
        ):
            self._load_and_serve(**options)

    def _load_and_serve(self, **options: str) -> None:
        if Activity.objects.exists():
            set_up()
            self.stdout.write("The demo is there already.")
        else:
            started = time.monotonic()
            with translation.override("da"), transaction.atomic():
                self._load(at=timezone.now())
            self.stdout.write(f"Loaded in {time.monotonic() - started:.0f} seconds.")
        self._print_logins(options["address"])
        if options["serve"]:
            call_command("runserver", options["address"], use_reloader=False)

    def _load(self, *, at: datetime.datetime) -> None:
        dice = random.Random(SEED)  # noqa: S311 - the same demo each time
        calendar = Calendar(at, dice)
        place = municipality.build(calendar)
        people = crowd(place.staff["borger"], areas=place.areas, since=at - OLDEST, dice=dice)
        cast = Cast(place.areas, since=at - OLDEST)
        supporters = Supporters(people, staff=place.staff["sagsbehandler"], dice=dice)
        waiting = still_waiting([*ideas(), *proposals()])
        of_ideas = IdeaTeller(place, cast, supporters, calendar)
        of_proposals = ProposalTeller(place, cast, supporters, calendar)
        for teller, items in ((of_ideas, ideas()), (of_proposals, proposals())):
            for item in items:
                teller.tell(item, waiting=waiting)
        keys = {"ideas": of_ideas.keys, "proposals": of_proposals.keys}
        PromiseTeller(place, calendar, keys=keys).tell()
        for template in answers()["templates"]:
            AnswerTemplate.objects.create(**template)
        calendar.run()
        share_out(staff=place.staff["sagsbehandler"], at=at)
        for component in registry:
            component.run_clock(at=at)
        enter_waiting_list(staff=place.staff["sagsbehandler"], at=at)
        report_and_object(at=at)
        call_command("borgerdialog_recount", stdout=self.stdout)
        kept = letters.post_history(at=at)
        self.stdout.write(f"{kept} letters go to the demo's mail folder.")

    def _say_where_it_answers(self, address: str) -> str:
        host, _colon, port = address.rpartition(":")
        if host in {"0.0.0.0", "[::]"}:  # noqa: S104 - only compared, not bound
            host = "localhost"
        host = host or "127.0.0.1"
        Site.objects.filter(is_default_site=True).update(hostname=host, port=int(port))
        Site.clear_site_root_paths_cache()
        return f"http://{host}:{port}"

    def _print_logins(self, address: str) -> None:
        site = f"http://{address}"
        lines = [
            "",
            f"Logins, all with the password {municipality.PASSWORD}",
            *(
                f"  {person['email']:<26} {person['role'] or 'Borger med konto'}"
                for person in read("site")["demo_people"]
            ),
            f"  {'admin@example.dk':<26} alle rettigheder",
            "",
            f"The demo:      {site}/",
            f"Citizen login: {site}/konto/login/",
            f"For staff:     {site}/admin/",
            f"Mail sent:     {site}/demo/post/",
            "",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()
