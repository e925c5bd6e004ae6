"""What text and files cost that somebody made to keep a server busy.

Each is taken at two lengths, one ten times the other, in turn. What grows in proportion costs
ten times as much; what grows with the square costs a hundred times as much.
"""

import contextlib
import io
import os
import statistics
import time
import zlib
from collections.abc import Callable

import django
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

TURNS = 5
TIMES_LONGER = 10
MOST_GROWTH = 25
MOST_SECONDS = 10

LINES = ["a", "å", "a\u0301\u0323", "\n", "a \n", "\u200b\n", "\u200b\u200c", " ", "\u0301\u0323"]
ADDRESSES = ["http://a", "http://", ")", "/?", "\n\n", "\n \n ", "a.", "(", "-"]
JPEG_PADDING = [b"\xff", b"\x00", b"\xff\xe0\x00\x02", b"\xff\xd8"]

Case = Callable[[int], Callable[[], object]]


def cases() -> dict[str, tuple[int, Case]]:
    """By name: the greater length in characters or bytes, and what makes the work of a length."""
    from wagtail_borgerdialog.contributions.files import check_pdf, process_image
    from wagtail_borgerdialog.text import clean_line, clean_text, render_plain_text

    made: dict[str, tuple[int, Case]] = {}
    for clean in (clean_text, clean_line):
        for piece in LINES:
            made[f"{clean.__name__} {piece!a}"] = (1_000_000, _text(clean, "x", piece))
    for piece in ADDRESSES:
        made[f"render_plain_text {piece!a}"] = (
            200_000,
            _text(render_plain_text, "http://a.dk", piece),
        )
    for padding in JPEG_PADDING:
        made[f"JPEG header {padding!r}"] = (10_000_000, _jpeg(process_image, padding))
    made["PDF of object streams"] = (10_000_000, _pdf(check_pdf))
    return made


def _text(function: Callable[[str], object], start: str, piece: str) -> Case:
    def of_length(length: int) -> Callable[[], object]:
        value = start + piece * (length // len(piece))
        return lambda: function(value)

    return of_length


def _file(function: Callable[[object], object], data: bytes) -> Callable[[], object]:
    def check() -> None:
        with contextlib.suppress(ValidationError):
            function(SimpleUploadedFile("file", data))

    return check


def _jpeg(function: Callable[[object], object], padding: bytes) -> Case:
    output = io.BytesIO()
    Image.new("RGB", (60, 40)).save(output, "JPEG")
    head = output.getvalue()[:20]
    return lambda length: _file(function, head + padding * (length // len(padding)))


def _pdf(function: Callable[[object], object]) -> Case:
    packed = zlib.compress(b"1 0 <<>>")
    stream = (
        b"9 0 obj<</Type /ObjStm /Filter /FlateDecode /Length %d>>\nstream\n%s\nendstream endobj\n"
        % (len(packed), packed)
    )

    def of_length(length: int) -> Callable[[], object]:
        streams = stream * (length // 2 // len(stream))
        body = b"%PDF-1.7\n" + streams + b"x" * (length - len(streams) - 100)
        return _file(function, body + b"\nstartxref\n9\n%%EOF")

    return of_length


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def main() -> int:
    """Print what each case costs and how that grows; 1 when one grows or takes too much."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench._settings")
    django.setup()
    missed = 0
    for name, (length, make) in cases().items():
        short, long = make(length // TIMES_LONGER), make(length)
        turns = [(_seconds(short), _seconds(long)) for _ in range(TURNS)]
        slow = statistics.median(after for _, after in turns)
        # Below a tenth of a second the clock's own steps are all that there is to see.
        growth = statistics.median(after / max(before, 0.001) for before, after in turns)
        kept = slow < 0.1 or (growth <= MOST_GROWTH and slow <= MOST_SECONDS)
        missed += not kept
        cost = f"{slow:.2f} s for {length}, {growth:.0f} × that of a tenth"
        print(f"{'PASS' if kept else 'FAIL'}  {name}: {cost}", flush=True)
    return 1 if missed else 0
