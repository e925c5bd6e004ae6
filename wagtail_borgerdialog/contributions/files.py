"""What citizens attach, made safe before it is stored.

An image is never kept as it came: it is decoded, turned upright, made smaller and written
anew, which removes the place where it was taken and everything else hidden in it. A PDF
cannot be written anew, so one that can act by itself is refused.

Pure functions: bytes in, bytes or ``ValidationError`` out.
"""

import io
import logging
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.base import ContentFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageCms

from wagtail_borgerdialog.text import clean_line

logger = logging.getLogger(__name__)

MAX_IMAGE_BYTES = 15 * 1024 * 1024
# A phone's largest ordinary picture has 50 megapixels, which is 200 MB when decoded.
MAX_IMAGE_PIXELS = 52_000_000
MAX_IMAGE_SIDE = 2000
JPEG_QUALITY = 85
MAX_PDF_BYTES = 10 * 1024 * 1024
MAX_FILENAME_CHARS = 100

# A PNG larger than this after shrinking is a photograph; as a JPEG it is a tenth of the size.
_LARGEST_PNG = 2 * 1024 * 1024
_LARGEST_COLOUR_PROFILE = 1024 * 1024
# A progressive JPEG has some ten scans. Thousands of empty ones keep a decoder busy for hours.
_MOST_JPEG_SCANS = 64
_MOST_JPEG_MARKERS = 2000
_LONGEST_JPEG_GAP = 4096
# A JPEG is made smaller while it is decoded; converting it first would forgo that.
_JPEG_MODES = frozenset({"L", "RGB", "CMYK"})
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})


@dataclass(frozen=True)
class ProcessedImage:
    """An image ready to store. ``extension`` has no dot; ``content`` has no name yet."""

    content: ContentFile
    width: int
    height: int
    content_type: str
    extension: str


def _read(file: File | IO[bytes], *, max_bytes: int) -> bytes:
    file.seek(0)
    data = file.read(max_bytes + 1)
    file.seek(0)
    if not data:
        raise ValidationError(_("The file is empty. Choose another one."), code="empty")
    if len(data) > max_bytes:
        raise ValidationError(
            _("The file is too large. Choose one of at most %(size)s."),
            code="too_large",
            params={"size": filesizeformat(max_bytes)},
        )
    return data


# -- Images


def _sniff_image(data: bytes) -> str | None:
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS and _can_read_heif():
        return "HEIF"
    return None


def _can_read_heif() -> bool:
    """Whether pillow-heif is there (Wagtail brings it, by way of Willow)."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return False
    if "HEIF" not in Image.OPEN:
        register_heif_opener()
    return True


# In picture data 0xFF is followed by 0x00 or a restart marker (0xD0 to 0xD7). 0x01 and the
# start of image (0xD8) carry no length.
_JPEG_MARKER = re.compile(rb"\xff([^\x00\x01\xff\xd0-\xd8])")


def _damaged() -> ValidationError:
    return ValidationError(
        _("The picture is damaged and cannot be shown. Save it again or choose another one."),
        code="damaged",
    )


def _too_many_pixels(max_pixels: int) -> ValidationError:
    return ValidationError(
        _("The picture has too many pixels. Choose one of at most %(megapixels)d megapixels."),
        code="too_many_pixels",
        params={"megapixels": max_pixels // 1_000_000},
    )


def _check_jpeg_markers(data: bytes) -> None:
    """Walks through the first picture in ``data``, stepping over what metadata holds.

    Raises ``ValidationError`` for what only keeps a decoder busy: Pillow reads the header of
    a JPEG byte by byte, and decodes each scan over the whole picture.
    """
    scans = 0
    position = 2
    for _count in range(_MOST_JPEG_MARKERS):
        match = _JPEG_MARKER.search(data, position)
        if match is None or match[1] == b"\xd9":  # end of image
            if not scans:
                break
            return
        scans += match[1] == b"\xda"
        if scans > _MOST_JPEG_SCANS:
            break
        if not scans and match.start() - position > _LONGEST_JPEG_GAP:
            break
        length = int.from_bytes(data[match.end() : match.end() + 2], "big")
        position = match.end() + max(length, 2)
    raise _damaged()


def _open_image(data: bytes, *, max_pixels: int) -> Image.Image:
    image_format = _sniff_image(data)
    if image_format is None:
        raise ValidationError(
            _("The file is not a picture we can show. Choose a JPEG, PNG or WebP picture."),
            code="not_an_image",
        )
    if image_format == "JPEG":
        _check_jpeg_markers(data)
    try:
        # One named format only: Pillow has seventy decoders, and we trust a few.
        image = Image.open(io.BytesIO(data), formats=(image_format,))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels(max_pixels) from None
    except Exception as error:
        logger.info("An uploaded picture could not be opened: %r", error)
        raise _damaged() from error
    if image.width * image.height > max_pixels:
        raise _too_many_pixels(max_pixels)
    return image


_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _turn_upright(image: Image.Image) -> Image.Image:
    # Not ImageOps.exif_transpose: it writes the EXIF back, and fails on what cameras put there.
    try:
        turn = _UPRIGHT.get(image.getexif().get(ExifTags.Base.Orientation))
    except Exception as error:
        logger.info("The EXIF of an uploaded picture could not be read: %r", error)
        return image
    return image if turn is None else image.transpose(turn)


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """``image`` in the colours every screen assumes, so that its profile can be left out."""
    if not profile or len(profile) > _LARGEST_COLOUR_PROFILE:
        return image
    try:
        converted = ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGBA" if image.mode == "RGBA" else "RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image  # slightly wrong colours are better than no picture
    return converted or image


def _in_plain_mode(image: Image.Image) -> Image.Image:
    """As RGB or, with anything to see through, RGBA."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        if image.getchannel("A").getextrema()[0] < 255:
            return image
    if image.mode.startswith("I"):  # 16 bits of grey
        image = image.convert("I").point(lambda level: level / 256).convert("L")
    return image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _encode(image: Image.Image, *, prefer_png: bool, quality: int) -> tuple[bytes, str]:
    # Pillow writes what it finds in here (profile, comment, resolution) into the file.
    image.info.clear()
    output = io.BytesIO()
    if prefer_png or image.mode == "RGBA":
        image.save(output, "PNG")
        if output.tell() <= _LARGEST_PNG:
            return output.getvalue(), "PNG"
        output = io.BytesIO()
    _on_white(image).save(output, "JPEG", quality=quality, optimize=True, progressive=True)
    return output.getvalue(), "JPEG"


def process_image(
    file: File | IO[bytes],
    *,
    max_bytes: int = MAX_IMAGE_BYTES,
    max_pixels: int = MAX_IMAGE_PIXELS,
    max_side: int = MAX_IMAGE_SIDE,
    quality: int = JPEG_QUALITY,
) -> ProcessedImage:
    """The picture in ``file``, written anew as JPEG or PNG without any metadata.

    Takes JPEG, PNG, WebP and (where pillow-heif is installed) HEIC; of an animation the
    first frame. Pixels are counted from the header, before anything is decoded.

    Raises ``ValidationError`` with code ``empty``, ``too_large``, ``not_an_image``,
    ``too_many_pixels`` or ``damaged``.
    """
    data = _read(file, max_bytes=max_bytes)
    image = _open_image(data, max_pixels=max_pixels)
    prefer_png = image.format == "PNG"
    try:
        profile = image.info.get("icc_profile")
        if image.mode not in _JPEG_MODES or image.has_transparency_data:
            image = _in_plain_mode(image)
        image.thumbnail((max_side, max_side), resample=Image.Resampling.LANCZOS)
        image.load()
        image = _in_plain_mode(_to_srgb(_turn_upright(image), profile))
        content, written_as = _encode(image, prefer_png=prefer_png, quality=quality)
    except Exception as error:
        # Decoders raise whatever they stumble over in a broken or hostile file.
        logger.info("An uploaded picture could not be decoded: %r", error)
        raise _damaged() from error
    return ProcessedImage(
        content=ContentFile(content),
        width=image.width,
        height=image.height,
        content_type=f"image/{written_as.lower()}",
        extension="jpg" if written_as == "JPEG" else "png",
    )


# -- PDF

_PDF_HEADER = re.compile(rb"%PDF-[12]\.\d")
_HTML = re.compile(rb"<(?:!doctype|html|head|body|script|svg|iframe|object)\b", re.IGNORECASE)
_PDF_TAIL = 1024
_LONGEST_DICTIONARY = 4096
_MOST_OBJECT_STREAMS = 20_000
_LARGEST_OBJECT_STREAM = 8 * 1024 * 1024
_PIECE = 16 * 1024
_OBJECT_STREAM_BUDGET = 64 * 1024 * 1024


def _pdf_name(*names: str) -> re.Pattern[bytes]:
    """A pattern for PDF names; any character of one may be written as ``#`` and hex digits."""
    patterns = [
        "".join(rf"(?:{re.escape(char)}|#(?i:{ord(char):02x}))" for char in name) for name in names
    ]
    return re.compile(rf"/(?:{'|'.join(patterns)})(?=[\x00\s()<>\[\]{{}}/%]|$)".encode())


_ENCRYPTED = _pdf_name("Encrypt")
_ACTIVE = _pdf_name(
    "JavaScript",
    "Launch",
    "EmbeddedFile",
    "EmbeddedFiles",
    "RichMedia",
    "Rendition",
    "XFA",
    "SubmitForm",
    "ImportData",
    "GoToE",
)
_OBJECT_STREAM = _pdf_name("ObjStm")
_FLATE = _pdf_name("FlateDecode", "Fl")
_FILTER = _pdf_name("Filter", "F")
_PREDICTOR = _pdf_name("Predictor")
_STREAM = re.compile(rb"\bstream\r?\n")


def _unreadable_pdf() -> ValidationError:
    return ValidationError(
        _("The PDF is damaged or made in a way we cannot check. Save it as a PDF again."),
        code="damaged",
    )


def _inflate(data: bytes, start: int, *, limit: int) -> bytes:
    inflate = zlib.decompressobj()
    text = bytearray()
    try:
        # In pieces: what is left over after a stream's end is copied each time.
        for position in range(start, len(data), _PIECE):
            piece = data[position : position + _PIECE]
            text += inflate.decompress(piece, limit + 1 - len(text))
            if len(text) > limit:
                raise _unreadable_pdf()
            if inflate.eof:
                return bytes(text)
    except zlib.error:
        pass
    raise _unreadable_pdf()


def _object_streams(data: bytes) -> list[bytes]:
    """The decompressed object streams, where most PDFs keep their actions and names.

    Raises ``ValidationError`` for one that cannot be read: what hides cannot be checked.
    """
    found = []
    left = _OBJECT_STREAM_BUDGET
    for count, match in enumerate(_OBJECT_STREAM.finditer(data)):
        if count >= _MOST_OBJECT_STREAMS:
            raise _unreadable_pdf()
        start = _STREAM.search(data, match.end(), match.end() + _LONGEST_DICTIONARY)
        if start is None:
            raise _unreadable_pdf()
        window = max(match.start() - _LONGEST_DICTIONARY, 0)
        dictionary = data[max(data.rfind(b"obj", window, match.start()), window) : start.start()]
        if not _FILTER.search(dictionary):
            continue  # not compressed: it is searched with the rest of the file
        if len(_FLATE.findall(dictionary)) != 1 or b"Decode" in _FLATE.sub(b"", dictionary):
            raise _unreadable_pdf()
        if _PREDICTOR.search(dictionary):
            raise _unreadable_pdf()
        text = _inflate(data, start.end(), limit=min(left, _LARGEST_OBJECT_STREAM))
        left -= len(text)
        found.append(text)
    return found


def check_pdf(file: File | IO[bytes], *, max_bytes: int = MAX_PDF_BYTES) -> None:
    """Raises ``ValidationError`` unless ``file`` is a PDF that only shows something.

    Codes: ``empty``, ``too_large``, ``not_a_pdf`` (no PDF, or something else as well: a
    page of HTML, a zip archive), ``damaged``, ``encrypted``, ``active`` (scripts, programs
    to start, files inside, forms that send themselves).

    The search for active content is best effort: it reads the file as it is and its object
    streams, also names in disguise (``/J#61vaScript``), but it is no PDF reader, and a file
    made to deceive it may. So serve PDFs as attachments with ``nosniff`` and a sandbox.
    """
    data = _read(file, max_bytes=max_bytes)
    tail = data[-_PDF_TAIL:]
    if (
        not _PDF_HEADER.match(data)
        or _HTML.search(data[:_PDF_TAIL])
        or zipfile.is_zipfile(io.BytesIO(data))
    ):
        raise ValidationError(
            _("The file is not a PDF. Save it as a PDF and try again."), code="not_a_pdf"
        )
    if b"%%EOF" not in tail or b"startxref" not in data or b" obj" not in data:
        raise _unreadable_pdf()
    if _ENCRYPTED.search(data):
        raise ValidationError(
            _("The PDF is locked. Save it without a password and try again."), code="encrypted"
        )
    if any(_ACTIVE.search(part) for part in (data, *_object_streams(data))):
        raise ValidationError(
            _(
                "The PDF holds scripts, other files or a form that sends itself. "
                "Print it to a new PDF and choose that one."
            ),
            code="active",
        )


# -- Names

_NOT_IN_FILENAMES = re.compile(r"[<>:\"|?*%;]")


def safe_filename(name: str, *, extension: str | None = None) -> str:
    """``name`` as it can be shown and offered for saving: no folders, no surprises.

    With ``extension`` (no dot) the name ends in that one, whatever it ended in before: a
    HEIC picture is stored as a JPEG. Never empty; at most 100 characters.
    """
    line = clean_line(name[-1000:].replace("\\", "/").rpartition("/")[2])
    line = clean_line(_NOT_IN_FILENAMES.sub("", line)).strip(". ")
    stem, dot, ending = line.rpartition(".")
    if not dot or len(ending) > 10 or " " in ending:
        stem, ending = line, ""
    ending = extension if extension is not None else ending
    suffix = f".{ending}" if ending else ""
    return (stem[: MAX_FILENAME_CHARS - len(suffix)].strip(". ") or "file") + suffix
