"""Follow the installation page to the letter, in a site made by ``wagtail start``.

    python -I tests/follow_install_page.py docs/how-to/install.md FOLDER

Code with a caption goes to the end of the file that the caption names; commands are run,
except those that install, ask or serve. Then an editor's and a citizen's first steps are taken over
HTTP, and the tables go away and come back. Run isolated, with the wheel installed, so that the
page and the wheel are proved.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

CODE = re.compile(r"^```\{code-block\} python\n:caption: (\S+)\n\n(.*?)^```$", re.S | re.M)
COMMAND = re.compile(r"^\$ python manage\.py (.+)$", re.M)
INTERACTIVE = ("createsuperuser", "runserver")

FIRST_STEPS = r"""
import re
from html import unescape

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client
from wagtail.models import Site

settings.ALLOWED_HOSTS.append("testserver")
settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
admin, citizen = Client(), Client()
admin.force_login(get_user_model().objects.create_superuser("editor", "editor@example.dk", "x"))
site = Site.objects.get(is_default_site=True)


def answers(client, address):
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


for name in ("ideapage", "proposalpage"):
    answers(admin, f"/admin/pages/add/borgerdialog_pages/{name}/{site.root_page.pk}/")
page = apps.get_model("borgerdialog_pages", "IdeaPage")(
    title="Vær med",
    slug="vaer-med",
    live=False,
    purpose="Grønnere gader.",
    how_ideas_are_used="Udvalget vælger.",
    what_is_open="Alt.",
    what_is_decided="Beløbet.",
    decided_by="Teknik- og Miljøudvalget",
    inclusion_measure="Vi besøger foreningerne.",
)
site.root_page.add_child(instance=page)
page.save_revision().publish()
form = page.url + page.reverse_subpage("new")
for address in ["/", "/konto/login/", "/konto/signup/", "/vaer-med/", form]:
    answers(citizen, address)
assert "Vær med" in answers(citizen, "/vaer-med/")

HIDDEN = re.compile('<input type="hidden" name="([^"]+)" value="([^"]*)"')


def sends(address, page, **typed):
    kept = {name: unescape(value) for name, value in HIDDEN.findall(page)}
    return citizen.post(address, {**kept, **typed})


check = sends(
    form,
    answers(citizen, form),
    step="check",
    title="Flere træer på torvet",
    body="Så er der skygge om sommeren.",
    email="asta@example.dk",
    language="da",
    name_display="anonymous",
)
sent = sends(form, check.content.decode(), step="send", accepted="on")
assert sent.status_code in {302, 303}, sent.content.decode()
text = mail.outbox[-1].body
link = re.search(r"https?://[^/]+(/deltag/link/\S+)", text).group(1)
answers(citizen, link)
assert citizen.post(link, {"choice": "confirm"}).status_code == 303
stored = apps.get_model("borgerdialog_ideas", "Idea").objects.get()
assert stored.visibility == "pending", stored.visibility
print("An editor finds both page types; a citizen shares an idea and confirms it.")
"""

THERE_AND_BACK = [
    ["makemigrations", "--check", "--dry-run"],
    ["migrate", "borgerdialog", "zero", "-v0"],
    ["migrate", "-v0"],
    ["borgerdialog_setup"],
]


def main(page: Path, folder: Path) -> None:
    text = page.read_text(encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    run([Path(sys.executable).with_name("wagtail"), "start", "mysite", "."], cwd=folder)
    added = CODE.findall(text)
    assert len(added) == 2, "the page adds to the settings and to the addresses"
    for name, code in added:
        path = folder / name
        assert path.is_file(), f"wagtail start makes no {name}"
        path.write_text(f"{path.read_text()}\n{code}")
    commands = [line.split() for line in COMMAND.findall(text)]
    assert ["migrate"] in commands
    for command in commands:
        if command[0] not in INTERACTIVE:
            strict = ["--fail-level", "WARNING"] if command == ["check"] else []
            run([sys.executable, "manage.py", *command, *strict], cwd=folder)
    run([sys.executable, "manage.py", "shell", "-v0", "-c", FIRST_STEPS], cwd=folder)
    for command in THERE_AND_BACK:
        run([sys.executable, "manage.py", *command], cwd=folder)


def run(command: list[str | Path], *, cwd: Path) -> None:
    environment = {
        name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"
    }
    subprocess.run(command, cwd=cwd, env=environment, check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
