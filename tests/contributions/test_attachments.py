"""Files that citizens add: made safe on the way in, asked for again on every way out."""

import io
import re
import uuid
from pathlib import Path

import pytest
from django import forms
from django.contrib.auth.models import Group, Permission
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import override_settings
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from PIL import Image
from wagtail.models import PageViewRestriction, Site

from tests.citizens import address, everything
from wagtail_borgerdialog.contributions.actions.attaching import (
    add_attachment,
    add_attachments,
    prepare_file,
)
from wagtail_borgerdialog.contributions.forms import AttachmentFormMixin
from wagtail_borgerdialog.contributions.models import Attachment, Contribution
from wagtail_borgerdialog.models import GroupActivityAccess
from wagtail_borgerdialog.testing.factories import (
    AttachmentFactory,
    ContributionFactory,
    ParticipantFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def one_page() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (9, 9), "teal").save(data, "PDF")
    return data.getvalue()


PDF = one_page()


def picture(name: str = "havnen.jpg", *, size: tuple[int, int] = (40, 30)) -> SimpleUploadedFile:
    data = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Kamera fra Klitborg"
    Image.new("RGB", size, "teal").save(data, "JPEG", exif=exif)
    return SimpleUploadedFile(name, data.getvalue(), "image/jpeg")


def document(name: str = "skitse.pdf", data: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, "application/pdf")


class IdeaForm(AttachmentFormMixin, forms.Form):
    title = forms.CharField()


def filled_in(**values: object) -> IdeaForm:
    files = {
        name: [value] for name, value in values.items() if isinstance(value, SimpleUploadedFile)
    }
    typed = {name: value for name, value in values.items() if name not in files}
    return IdeaForm({"title": "En bænk", **typed}, MultiValueDict(files))


@pytest.fixture
def idea() -> Contribution:
    return ContributionFactory()


@pytest.fixture
def image(idea) -> Attachment:
    (stored,) = add_attachments(idea, [(prepare_file(picture()), "En bænk")], at=timezone.now())
    return stored


# -- On the way in


def test_a_picture_is_stored_without_what_the_camera_wrote(idea, image):
    data = image.file.read()
    assert b"Klitborg" not in data
    assert (image.content_type, image.width, image.height) == ("image/jpeg", 40, 30)
    assert image.size == len(data)
    assert image.alt_text == "En bænk"


def test_the_stored_path_follows_from_nothing_that_is_public(image):
    name = image.file.name
    assert image.uuid.hex not in name
    assert "havnen" not in name
    assert re.fullmatch(r"borgerdialog/attachments/[0-9a-f]{2}/[0-9a-f]{32}\.bin", name)


def test_a_site_can_keep_the_files_in_a_storage_of_their_own(tmp_path, settings):
    backend = "django.core.files.storage.FileSystemStorage"
    own = {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path / "private")}}
    with override_settings(STORAGES={**settings.STORAGES, "borgerdialog": own}):
        from wagtail_borgerdialog.contributions.models.attachment import attachment_storage

        assert attachment_storage().location == str(tmp_path / "private")
    assert attachment_storage() is storages["default"]


def test_a_form_takes_pictures_and_pdfs_each_with_its_own_words(idea):
    form = filled_in(
        attachment_1=picture(), attachment_1_alt="En bænk", attachment_3=document("plan over.PDF")
    )
    assert form.is_valid(), form.errors
    stored = add_attachments(idea, form.attachments, at=timezone.now())
    assert [(a.name, a.content_type, a.alt_text) for a in stored] == [
        ("havnen.jpg", "image/jpeg", "En bænk"),
        ("plan over.pdf", "application/pdf", ""),
    ]


def test_a_picture_needs_words_for_those_who_cannot_see_it(idea):
    form = filled_in(attachment_2=picture())
    assert list(form.errors) == ["attachment_2_alt"]
    assert form.lost_files
    assert form.attachments_are_many
    with pytest.raises(ValueError, match="description"):
        add_attachment(idea, file=prepare_file(picture()), alt_text="", at=timezone.now())


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("x.svg", SVG, "image/svg+xml"),
        SimpleUploadedFile("x.jpg", SVG, "image/jpeg"),
        SimpleUploadedFile("x.html", b"<html><script>alert(1)</script>", "text/html"),
        SimpleUploadedFile("x.pdf", b"<html>", "application/pdf"),
        SimpleUploadedFile(
            "x.pdf", PDF.replace(b"/Page\n", b"/Page\n/JavaScript (app.alert)\n", 1)
        ),
        SimpleUploadedFile("tom.jpg", b"", "image/jpeg"),
        SimpleUploadedFile("halv.jpg", picture().read()[:300], "image/jpeg"),
        SimpleUploadedFile("x.exe", b"MZ\x90\x00" + b"\x00" * 100),
    ],
    ids=lambda upload: upload.name,
)
def test_what_is_neither_is_refused_with_words(upload):
    form = filled_in(attachment_1=upload, attachment_1_alt="Noget")
    assert list(form.errors) == ["attachment_1"]


@override_settings(BORGERDIALOG_ATTACHMENT_MAX_BYTES=1000)
def test_a_file_that_is_too_large_is_refused():
    form = filled_in(attachment_1=document(data=PDF + b"%" * 2000))
    assert list(form.errors) == ["attachment_1"]


@override_settings(BORGERDIALOG_ATTACHMENTS_PER_CONTRIBUTION=2)
def test_there_are_as_many_places_as_the_site_allows(idea):
    form = filled_in(attachment_1=document(), attachment_2=document(), attachment_3=document())
    assert len(form.attachment_slots) == 2
    assert form.is_valid()
    add_attachments(idea, form.attachments, at=timezone.now())
    with pytest.raises(ValueError, match="as many"):
        add_attachment(idea, file=prepare_file(document()), alt_text="", at=timezone.now())


# -- On the way out


def test_everybody_sees_a_public_picture_in_a_page_that_can_do_nothing(client, image):
    response = client.get(image.url)
    assert response.status_code == 200
    assert b"".join(response.streaming_content) == image.file.open().read()
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"].startswith("inline")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "public, no-cache"
    assert "Set-Cookie" not in response
    assert "Vary" not in response or "Cookie" not in response["Vary"]


def test_a_pdf_is_saved_and_not_shown(client, idea):
    file = prepare_file(document("plan over havnen æøå.pdf"))
    pdf = add_attachment(idea, file=file, alt_text="", at=timezone.now())
    response = client.get(pdf.url)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment")
    assert "plan%20over%20havnen%20%C3%A6%C3%B8%C3%A5.pdf" in response["Content-Disposition"]


def test_a_proxy_asks_again_each_time_and_gets_a_short_answer(client, image, idea):
    etag = client.get(image.url)["ETag"]
    again = client.get(image.url, headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    Contribution.objects.filter(pk=idea.pk).update(visibility="hidden")
    assert client.get(image.url, headers={"if-none-match": etag}).status_code == 404


@pytest.mark.parametrize("visibility", ["draft", "pending", "hidden", "removed", "withdrawn"])
def test_what_is_not_public_is_for_its_author_and_moderators_only(client, visibility):
    author, colleague, elsewhere, reader = UserFactory.create_batch(4)
    asta = ParticipantFactory(user=author)
    idea = ContributionFactory(participant=asta, visibility=visibility)
    image = AttachmentFactory(contribution=idea)
    other = ContributionFactory()
    for user, page in ((colleague, idea.activity.page), (elsewhere, other.activity.page)):
        group = Group.objects.create(name=f"Moderatorer {user.pk}")
        group.permissions.add(Permission.objects.get(codename="moderate_contribution"))
        GroupActivityAccess.objects.create(group=group, page=page)
        user.groups.add(group)
    assert client.get(image.url).status_code == 404
    for user, status in ((author, 200), (colleague, 200), (elsewhere, 404), (reader, 404)):
        client.force_login(user)
        response = client.get(image.url)
        assert response.status_code == status, user
        if status == 200:
            assert response["Cache-Control"] == "private, no-store"


def test_a_file_on_a_private_page_is_not_found(client, image, idea):
    PageViewRestriction.objects.create(page=idea.activity.page, restriction_type="login")
    assert client.get(image.url).status_code == 404
    client.force_login(UserFactory())
    assert client.get(image.url).status_code == 404


def test_a_file_of_another_site_is_not_found(client, image, idea):
    Site.objects.create(hostname="andet.example.dk", root_page=idea.site.root_page)
    assert client.get(image.url, headers={"host": "andet.example.dk"}).status_code == 404


def test_a_number_that_nobody_gave_out_is_not_found(client):
    assert client.get(address("file", uuid.uuid4())).status_code == 404


def test_a_file_that_is_missing_from_the_storage_is_not_found(client, image):
    image.file.storage.delete(image.file.name)
    assert client.get(image.url).status_code == 404


def test_looking_at_a_file_changes_nothing(client, image):
    before = everything()
    client.head(image.url)
    client.get(image.url)
    assert client.post(image.url).status_code == 405
    assert everything() == before


def test_looking_at_a_public_file_costs_two_queries(client, image, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        client.get(image.url)


# -- When it goes


@pytest.mark.django_db(transaction=True)
def test_the_file_goes_with_its_row_and_stays_if_the_row_does():
    idea = ContributionFactory()
    image = AttachmentFactory(contribution=idea)
    path = Path(image.file.path)
    with transaction.atomic():
        image.delete()
        transaction.set_rollback(True)
    assert path.exists()
    idea.delete()
    assert not Attachment.objects.exists()
    assert not path.exists()


def test_a_file_whose_row_cannot_be_stored_is_not_left_behind(idea, settings):
    before = set(Path(settings.MEDIA_ROOT).rglob("*.bin"))
    gone = Contribution(pk=idea.pk)
    file = prepare_file(document())
    long_name = type(file)(file.content, "x" * 101, None)
    with pytest.raises(DatabaseError):
        add_attachment(gone, file=long_name, alt_text="x", at=timezone.now())
    assert set(Path(settings.MEDIA_ROOT).rglob("*.bin")) == before


def test_of_files_that_are_one_too_many_none_is_stored_or_left_behind(idea, settings):
    settings.BORGERDIALOG_ATTACHMENTS_PER_CONTRIBUTION = 2
    before = set(Path(settings.MEDIA_ROOT).rglob("*.bin"))
    files = [(prepare_file(document()), "") for _ in range(3)]
    with pytest.raises(ValueError, match="as many"):
        add_attachments(idea, files, at=timezone.now())
    assert not Attachment.objects.exists()
    assert set(Path(settings.MEDIA_ROOT).rglob("*.bin")) == before
