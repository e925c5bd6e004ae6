import contextlib
import io
import struct
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from wagtail_borgerdialog.contributions.files import (
    MAX_FILENAME_CHARS,
    check_pdf,
    process_image,
    safe_filename,
)

GPS_ARTIST = "Vestersø Kommune"


def encoded(image, image_format, **options):
    output = io.BytesIO()
    image.save(output, image_format, **options)
    return output.getvalue()


def picture(size=(60, 40), mode="RGB"):
    """Left half red, right half blue, so that a turn shows."""
    image = Image.new("RGB", size, (200, 0, 0))
    image.paste((0, 0, 200), (size[0] // 2, 0, *size))
    return image.convert(mode)


def processed(data, **limits):
    return process_image(SimpleUploadedFile("billede", data), **limits)


def shown(result):
    image = Image.open(result.content)
    image.load()
    return image


def refusal(function, data, **limits):
    with pytest.raises(ValidationError) as caught:
        function(SimpleUploadedFile("fil", data), **limits)
    return caught.value.code


# -- Pictures


@pytest.mark.parametrize(
    ("image_format", "content_type", "extension"),
    [
        ("JPEG", "image/jpeg", "jpg"),
        ("PNG", "image/png", "png"),
        ("WEBP", "image/jpeg", "jpg"),
        ("HEIF", "image/jpeg", "jpg"),
    ],
)
def test_a_picture_from_a_phone_or_a_screen_is_stored_in_a_format_everybody_can_open(
    image_format, content_type, extension
):
    if image_format == "HEIF":
        pytest.importorskip("pillow_heif").register_heif_opener()
    result = processed(encoded(picture(), image_format))
    assert (result.content_type, result.extension) == (content_type, extension)
    assert (result.width, result.height) == shown(result).size == (60, 40)
    red, _, blue = shown(result).convert("RGB").getpixel((5, 20))
    assert red > 150
    assert blue < 60


def test_a_picture_keeps_neither_its_place_nor_its_author():
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = GPS_ARTIST
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (56.0, 27.0, 30.0)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encoded(
        picture(),
        "JPEG",
        exif=exif,
        comment=b"Taget i Klitborg",
        xmp=b"<x:xmpmeta>Klitborg</x:xmpmeta>",
        icc_profile=srgb,
    )
    assert b"Exif" in data
    assert b"Klitborg" in data
    result = processed(data)
    clean = result.content.read()
    for trace in (b"Exif", b"Klitborg", b"xmp", b"ICC_PROFILE", GPS_ARTIST.encode()):
        assert trace not in clean
    image = shown(processed(data))
    assert not image.getexif()
    assert set(image.info) <= {
        "jfif",
        "jfif_version",
        "jfif_unit",
        "jfif_density",
        "progressive",
        "progression",
    }


def test_a_png_keeps_no_text_chunks():
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "Klitborg")
    texts.add_itxt("Comment", "Klitborg", zip=True)
    result = processed(encoded(picture(), "PNG", pnginfo=texts, dpi=(72, 72)))
    assert shown(result).info == {}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_stored_upright(orientation):
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    stored = picture((640, 320))
    if orientation in undo:
        stored = stored.transpose(Image.Transpose(undo[orientation]))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    result = processed(encoded(stored, "JPEG", exif=exif, quality=95))
    assert (result.width, result.height) == (640, 320)
    left, right = shown(result).getpixel((20, 160)), shown(result).getpixel((620, 160))
    assert left[0] > left[2]
    assert right[2] > right[0]


def test_exif_that_makes_no_sense_does_not_stop_a_picture():
    exif = b"Exif\x00\x00II*\x00\xff\xff\xff\xff" + b"\xee" * 40
    assert processed(encoded(picture(), "JPEG", exif=exif)).width == 60


def test_a_large_picture_is_made_smaller_and_keeps_its_proportions():
    result = processed(encoded(picture((3000, 1500)), "JPEG"))
    assert (result.width, result.height) == (2000, 1000)


def test_a_drawing_keeps_what_one_can_see_through():
    drawing = Image.new("RGBA", (20, 20), (0, 90, 80, 128))
    result = processed(encoded(drawing, "WEBP", lossless=True))
    assert result.content_type == "image/png"
    assert shown(result).getpixel((3, 3)) == (0, 90, 80, 128)


def test_a_photograph_saved_as_png_becomes_a_jpeg():
    noise = Image.effect_noise((1200, 1200), 80).convert("RGB")
    assert processed(encoded(noise, "PNG")).content_type == "image/jpeg"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16"])
def test_unusual_colour_modes_are_shown_as_they_look(mode):
    grey = Image.new("L", (2400, 10), 255)
    grey.paste(0, (0, 0, 1200, 10))
    if mode == "I;16":
        image = Image.new("I;16", grey.size, 65535)
        image.paste(0, (0, 0, 1200, 10))
    else:
        image = grey.convert(mode)
    result = shown(processed(encoded(image, "PNG"))).convert("L")
    assert result.getpixel((100, 5)) < 10
    assert result.getpixel((1900, 5)) > 245


def test_a_picture_for_print_is_shown_in_screen_colours():
    result = shown(processed(encoded(picture(mode="CMYK"), "JPEG")))
    assert result.mode == "RGB"
    assert result.getpixel((5, 20))[0] > 150


def test_of_an_animation_the_first_frame_is_kept():
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "blue")]
    for image_format in ("WEBP", "PNG"):
        data = encoded(frames[0], image_format, save_all=True, append_images=frames[1:])
        result = shown(processed(data))
        assert getattr(result, "n_frames", 1) == 1
        assert result.convert("RGB").getpixel((9, 9))[0] > 200


def png_chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of(width, height):
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = png_chunk(b"IDAT", zlib.compress(b"\x00" * 100_000))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + png_chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(9_000, 9_000), (12_000, 12_000), (60_000, 60_000)])
def test_a_bomb_is_refused_by_its_header_before_anything_is_decoded(size):
    # There are not as many pixels in the file as its header says: decoding it would say "damaged".
    assert refusal(process_image, png_of(*size)) == "too_many_pixels"


def test_a_jpeg_with_thousands_of_scans_is_refused_before_it_is_decoded():
    data = encoded(picture((600, 600)), "JPEG", progressive=True)
    empty_scan = b"\xff\xda\x00\x08\x01\x01\x00\x01\x3f\x00\x00\x00"
    bomb = data[:-2] + empty_scan * 5_000 + data[-2:]
    assert refusal(process_image, bomb) == "damaged"
    assert processed(data).width == 600


@pytest.mark.parametrize("padding", [b"\xff", b"\x00", b"\xff\xe0\x00\x02", b"\xff\xd8"])
def test_a_jpeg_header_without_end_is_refused(padding):
    header = encoded(picture(), "JPEG")[:20]
    assert refusal(process_image, header + padding * (1_000_000 // len(padding))) == "damaged"


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_a_truncated_picture_is_refused_with_a_sentence(image_format, kept):
    noise = Image.effect_noise((300, 300), 80).convert("RGB")
    data = encoded(noise, image_format)
    assert refusal(process_image, data[: int(len(data) * kept)]) == "damaged"


SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)


@pytest.mark.parametrize(
    "data",
    [
        SVG,
        b"<html><script>alert(1)</script></html>",
        b"GIF89a" + b"\x00" * 50,
        b"%PDF-1.7\n",
        b"\x00" * 100,
        b"x",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"BM" + b"\x00" * 60,
        b"II*\x00" + b"\x00" * 60,
    ],
)
def test_anything_but_a_picture_we_know_is_refused(data):
    assert refusal(process_image, data) == "not_an_image"


def test_empty_and_too_large_files_are_refused():
    assert refusal(process_image, b"") == "empty"
    assert refusal(process_image, encoded(picture(), "PNG"), max_bytes=50) == "too_large"
    assert refusal(process_image, encoded(picture(), "PNG"), max_pixels=100) == "too_many_pixels"


def test_a_refusal_says_what_to_do():
    with pytest.raises(ValidationError, match=r"1[,.]0"):
        process_image(SimpleUploadedFile("a", b"x" * 1_100_000), max_bytes=1024 * 1024)


ORIGINALS = [encoded(picture((80, 80)), image_format) for image_format in ("JPEG", "PNG", "WEBP")]


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(ORIGINALS),
    st.lists(st.tuples(st.integers(12, 3000), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_damage_anywhere_gives_a_picture_or_a_refusal(original, damage):
    data = bytearray(original)
    for position, byte in damage:
        data[position % len(data)] = byte
    with contextlib.suppress(ValidationError):
        assert processed(bytes(data)).width <= 2000


# -- PDF


def pdf(*objects, trailer=b"/Root 1 0 R", head=b"%PDF-1.7\n"):
    body = b"".join(
        b"%d 0 obj\n%s\nendobj\n" % (number, content) for number, content in enumerate(objects, 1)
    )
    return head + body + b"xref\n0 1\ntrailer\n<<" + trailer + b">>\nstartxref\n9\n%%EOF\n"


CATALOG = b"<</Type /Catalog /Pages 2 0 R>>"
PAGES = b"<</Type /Pages /Kids [] /Count 0>>"


def object_stream(text, *, dictionary=b"/Filter /FlateDecode", packed=None):
    packed = zlib.compress(text) if packed is None else packed
    return b"<</Type /ObjStm /N 1 /First 4 %s /Length %d>>\nstream\n%s\nendstream" % (
        dictionary,
        len(packed),
        packed,
    )


def test_a_plain_pdf_is_accepted():
    uploaded = SimpleUploadedFile("notat.pdf", pdf(CATALOG, PAGES))
    check_pdf(uploaded)
    assert uploaded.read(5) == b"%PDF-"


def test_a_pdf_with_links_and_compressed_objects_is_accepted():
    link = b"<</Type /Annot /A <</S /URI /URI (https://example.dk)>>>>"
    check_pdf(SimpleUploadedFile("notat.pdf", pdf(CATALOG, PAGES, link, object_stream(link))))


def test_a_pdf_made_by_pillow_is_accepted():
    check_pdf(SimpleUploadedFile("kort.pdf", encoded(picture(), "PDF")))


@pytest.mark.parametrize(
    "data",
    [
        b"<html><script>alert(1)</script></html>",
        b"\n" + pdf(CATALOG),
        pdf(CATALOG, head=b"%PDF-1.7\n<script>alert(1)</script>\n"),
        b"PK\x03\x04" + b"\x00" * 40,
        b"%PDF-",
        SVG,
    ],
)
def test_something_else_called_pdf_is_refused(data):
    assert refusal(check_pdf, data) == "not_a_pdf"


def test_a_pdf_that_is_a_zip_archive_as_well_is_refused():
    import zipfile

    archive = io.BytesIO(pdf(CATALOG))
    with zipfile.ZipFile(archive, "a") as both:
        both.writestr("a.html", "<script>alert(1)</script>")
    assert refusal(check_pdf, archive.getvalue()) == "not_a_pdf"


@pytest.mark.parametrize(
    "action",
    [
        b"<</S /JavaScript /JS (app.alert\\(1\\))>>",
        b"<</S/J#61vaScript/JS(app.alert)>>",
        b"<</S /Launch /F (cmd.exe)>>",
        b"<</Type /EmbeddedFile /Length 0>>",
        b"<</Names <</EmbeddedFiles 4 0 R>>>>",
        b"<</AcroForm <</XFA 5 0 R>>>>",
        b"<</S /SubmitForm /F (https://example.com)>>",
        b"<</Subtype /RichMedia>>",
    ],
)
def test_a_pdf_that_can_act_is_refused_also_when_compressed(action):
    assert refusal(check_pdf, pdf(CATALOG, PAGES, action)) == "active"
    assert refusal(check_pdf, pdf(CATALOG, PAGES, object_stream(b"3 0 " + action))) == "active"


def test_a_locked_pdf_is_refused():
    assert refusal(check_pdf, pdf(CATALOG, trailer=b"/Root 1 0 R /Encrypt 4 0 R")) == "encrypted"


@pytest.mark.parametrize(
    "hiding",
    [
        object_stream(b"", dictionary=b"/Filter /LZWDecode", packed=b"\x80\x0b"),
        object_stream(b"", dictionary=b"/Filter [/ASCIIHexDecode /FlateDecode]"),
        object_stream(b"", dictionary=b"/Filter /FlateDecode /DecodeParms <</Predictor 12>>"),
        object_stream(b"", packed=b"not deflated"),
        object_stream(b"", packed=zlib.compress(b"x" * 1000)[:10]),
        object_stream(b"x" * 9_000_000),
    ],
)
def test_a_pdf_whose_objects_cannot_be_read_is_refused(hiding):
    assert refusal(check_pdf, pdf(CATALOG, PAGES, hiding)) == "damaged"


def test_a_truncated_pdf_is_refused():
    assert refusal(check_pdf, pdf(CATALOG, PAGES)[:-8] + b"\x00" * 2000) == "damaged"
    assert refusal(check_pdf, b"%PDF-1.7\n%%EOF") == "damaged"


def test_an_empty_or_too_large_pdf_is_refused():
    assert refusal(check_pdf, b"") == "empty"
    assert refusal(check_pdf, pdf(CATALOG), max_bytes=20) == "too_large"


# -- Names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Skitse af bænk.pdf", "Skitse af bænk.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\borger\\kort.pdf", "kort.pdf"),
        ('a"; filename="b.html', "a filename=b.html"),
        ("<img src=x onerror=alert(1)>.png", "img src=x onerror=alert(1).png"),
        ("rapport\u202efdp.exe", "rapportfdp.exe"),
        ("linje\r\nSet-Cookie: a=b.pdf", "linje Set-Cookie a=b.pdf"),
        ("a\x00.pdf", "a.pdf"),
        (".htaccess", "htaccess"),
        ("...", "file"),
        ("", "file"),
        ("\ud800.pdf", "pdf"),
        ("uden endelse", "uden endelse"),
        ("v1. udkast fra mig", "v1. udkast fra mig"),
    ],
)
def test_a_file_name_is_only_a_name(name, expected):
    assert safe_filename(name) == expected


def test_a_file_name_can_be_given_the_ending_of_what_is_stored():
    assert safe_filename("IMG_0042.HEIC", extension="jpg") == "IMG_0042.jpg"
    assert safe_filename("", extension="jpg") == "file.jpg"


def test_a_long_file_name_keeps_its_ending():
    name = safe_filename("å" * 5000 + ".pdf")
    assert len(name) == MAX_FILENAME_CHARS
    assert name.endswith("å.pdf")
