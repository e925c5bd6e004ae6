"""Simple, calm drawings in place of citizens' photographs; made when the demo is loaded."""

import io
import math
import random
from collections.abc import Callable

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from wagtail_borgerdialog.contributions.actions.attaching import PreparedFile, prepare_file

WIDTH, HEIGHT = 1200, 800
FINER = 2  # drawn larger and shrunk, so that edges are soft

SKY, SEA, SAND = "#dcebf2", "#7fa8b8", "#ead9b5"
GRASS, HEDGE, LEAF = "#a9c48a", "#6d9468", "#4f7a56"
WOOD, STONE, DARK, WHITE = "#a4713f", "#b9b7ae", "#34454f", "#fbfaf6"
RED, GOLD, BLUE, ROSE = "#b5483a", "#e0a83c", "#2f5f87", "#d98b9b"


class Sheet:
    """A drawing in a coordinate system of 1200 × 800, origin top left."""

    def __init__(self, ground: str) -> None:
        self.image = Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER), ground)
        self.pen = ImageDraw.Draw(self.image)

    def box(self, left: float, top: float, right: float, bottom: float, fill: str) -> None:
        self.pen.rectangle(_scaled(left, top, right, bottom), fill=fill)

    def soft_box(
        self, left: float, top: float, right: float, bottom: float, fill: str, radius: float = 20
    ) -> None:
        self.pen.rounded_rectangle(
            _scaled(left, top, right, bottom), radius=radius * FINER, fill=fill
        )

    def disc(self, x: float, y: float, radius: float, fill: str) -> None:
        self.pen.ellipse(_scaled(x - radius, y - radius, x + radius, y + radius), fill=fill)

    def shape(self, *points: tuple[float, float], fill: str) -> None:
        self.pen.polygon([tuple(_scaled(*point)) for point in points], fill=fill)

    def line(self, *points: tuple[float, float], fill: str, width: float = 8) -> None:
        self.pen.line(
            [tuple(_scaled(*point)) for point in points],
            fill=fill,
            width=round(width * FINER),
            joint="curve",
        )

    def hills(self, base: float, height: float, waves: float, fill: str) -> None:
        edge = [
            (x, base - height * math.sin(x / WIDTH * math.pi * waves) ** 2)
            for x in range(0, WIDTH + 10, 10)
        ]
        self.shape(*edge, (WIDTH, HEIGHT), (0, HEIGHT), fill=fill)

    def tree(self, x: float, foot: float, size: float) -> None:
        self.box(x - size * 0.07, foot - size * 0.6, x + size * 0.07, foot, WOOD)
        self.disc(x, foot - size, size * 0.5, LEAF)
        self.disc(x - size * 0.25, foot - size * 0.75, size * 0.35, HEDGE)

    def person(self, x: float, foot: float, size: float, coat: str) -> None:
        self.soft_box(x - size * 0.17, foot - size * 0.72, x + size * 0.17, foot, coat, size * 0.15)
        self.disc(x, foot - size * 0.86, size * 0.14, "#c99873")

    def bench(self, x: float, foot: float, width: float) -> None:
        for offset in (0.12, 0.88):
            left = x + width * offset
            self.box(left - 8, foot - 70, left + 8, foot, DARK)
        self.soft_box(x, foot - 84, x + width, foot - 64, WOOD, 6)
        self.soft_box(x, foot - 150, x + width, foot - 132, WOOD, 6)
        self.soft_box(x, foot - 122, x + width, foot - 104, WOOD, 6)

    def png(self) -> bytes:
        out = io.BytesIO()
        self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(out, "PNG")
        return out.getvalue()


def _scaled(*values: float) -> list[float]:
    return [value * FINER for value in values]


def tunnel(sheet: Sheet) -> None:
    sheet.box(0, 560, WIDTH, HEIGHT, STONE)
    sheet.hills(520, 60, 1, GRASS)
    sheet.box(0, 620, WIDTH, HEIGHT, "#8d8f8c")
    sheet.shape((240, 700), (240, 320), (360, 220), (840, 220), (960, 320), (960, 700), fill=DARK)
    for number, colour in enumerate([GOLD, ROSE, SEA, LEAF, RED]):
        left = 240 + number * 22
        sheet.shape(
            (left, 700),
            (left, 330 - number * 12),
            (left + 22, 316 - number * 12),
            (left + 22, 690),
            fill=colour,
        )
        right = 960 - number * 22
        sheet.shape(
            (right, 700),
            (right, 330 - number * 12),
            (right - 22, 316 - number * 12),
            (right - 22, 690),
            fill=colour,
        )
    sheet.box(430, 360, 770, 640, "#f4e9c8")
    sheet.person(540, 690, 190, BLUE)
    sheet.person(630, 690, 130, RED)


def harbour(sheet: Sheet) -> None:
    sheet.box(0, 380, WIDTH, 560, SEA)
    sheet.shape((700, 400), (1010, 400), (960, 470), (750, 470), fill=RED)
    sheet.line((850, 400), (850, 180), fill=DARK, width=8)
    sheet.shape((862, 190), (862, 380), (1000, 380), fill=WHITE)
    sheet.box(0, 560, WIDTH, HEIGHT, STONE)
    for x in range(0, WIDTH, 150):
        sheet.line((x, 560), (x - 60, HEIGHT), fill="#a5a39a", width=4)
    sheet.bench(140, 700, 380)
    sheet.bench(640, 700, 380)
    sheet.person(250, 640, 150, BLUE)


def flowers(sheet: Sheet) -> None:
    sheet.hills(430, 50, 2, GRASS)
    sheet.shape((640, 430), (700, 430), (1150, HEIGHT), (760, HEIGHT), fill="#8d8f8c")
    sheet.line((680, 440), (940, HEIGHT), fill=WHITE, width=6)
    dice = random.Random(7)  # noqa: S311 - the same flowers each time
    for _number in range(260):
        x, y = dice.uniform(0, 700), dice.uniform(470, 790)
        if x < 620 + (y - 430) * 0.3:
            size = 4 + (y - 430) / 40
            sheet.line((x, y), (x, y + size * 3), fill=LEAF, width=3)
            sheet.disc(x, y, size, dice.choice([ROSE, GOLD, WHITE, BLUE, RED]))
    sheet.tree(1060, 480, 200)


def playground(sheet: Sheet) -> None:
    sheet.hills(470, 90, 2, SAND)
    sheet.box(0, 560, WIDTH, HEIGHT, GRASS)
    sheet.line((120, 700), (460, 560), (760, 640), (1080, 520), fill=WOOD, width=38)
    for x, y in ((200, 690), (520, 600), (860, 620)):
        sheet.box(x - 18, y, x + 18, y + 120, WOOD)
    for x, y, size in ((330, 740, 60), (450, 750, 44), (620, 745, 70)):
        sheet.disc(x, y, size, STONE)
    sheet.person(480, 575, 130, RED)
    sheet.person(800, 640, 120, GOLD)
    sheet.tree(1080, 560, 180)


def ramp(sheet: Sheet) -> None:
    sheet.box(0, 330, WIDTH, HEIGHT, SEA)
    for y in range(380, HEIGHT, 70):
        sheet.line((0, y), (WIDTH, y + 16), fill="#8fb6c4", width=5)
    sheet.box(0, 640, 320, HEIGHT, SAND)
    sheet.shape((200, 620), (760, 500), (800, 540), (240, 690), fill=WOOD)
    sheet.shape((700, 510), (1120, 660), (1080, 700), (680, 560), fill="#b98553")
    for x in (280, 480, 680):
        sheet.line((x, 600 - (x - 280) / 5), (x, 480 - (x - 280) / 5), fill=WHITE, width=10)
    sheet.line((230, 500), (700, 395), (1110, 550), fill=WHITE, width=10)
    sheet.disc(985, 660, 46, DARK)
    sheet.disc(985, 660, 30, SEA)
    sheet.person(1000, 640, 140, BLUE)


def mural(sheet: Sheet) -> None:
    sheet.box(0, 640, WIDTH, HEIGHT, GRASS)
    sheet.soft_box(300, 110, 580, 700, WHITE, 40)
    sheet.soft_box(620, 60, 900, 700, WHITE, 40)
    for left in (300, 620):
        for number, colour in enumerate([BLUE, SEA, GOLD]):
            y = 420 + number * 80
            points = [
                (left + x, y + 34 * math.sin((x + left) / 90 + number)) for x in range(0, 281, 10)
            ]
            sheet.shape(*points, (left + 280, 690), (left, 690), fill=colour)
    sheet.disc(760, 220, 70, RED)
    sheet.line((350, 250), (400, 230), (440, 260), (490, 225), fill=DARK, width=9)
    sheet.line((400, 320), (440, 302), (470, 326), (515, 300), fill=DARK, width=9)
    sheet.tree(160, 690, 200)
    sheet.tree(1040, 690, 240)


def shelf(sheet: Sheet) -> None:
    sheet.box(0, 600, WIDTH, HEIGHT, STONE)
    sheet.box(0, 0, WIDTH, 600, "#c98f72")
    for y in range(0, 600, 50):
        sheet.line((0, y), (WIDTH, y), fill="#bb8066", width=4)
    sheet.shape((330, 190), (870, 190), (910, 130), (290, 130), fill=DARK)
    sheet.box(350, 190, 850, 690, WOOD)
    dice = random.Random(3)  # noqa: S311 - the same books each time
    for top in (220, 380, 540):
        sheet.box(375, top, 825, top + 130, "#7c532c")
        x = 385
        while x < 780:
            width, height = dice.randint(18, 40), dice.randint(80, 120)
            sheet.box(
                x,
                top + 130 - height,
                x + width,
                top + 130,
                dice.choice([RED, BLUE, GOLD, LEAF, ROSE, WHITE]),
            )
            x += width + dice.choice([2, 2, 30])
    sheet.person(1000, 740, 270, BLUE)


def sauna(sheet: Sheet) -> None:
    sheet.box(0, 430, WIDTH, HEIGHT, SEA)
    sheet.hills(430, 40, 1, "#b7cdd4")
    sheet.box(0, 430, WIDTH, 640, SEA)
    sheet.box(140, 600, 1060, 640, WOOD)
    for x in (220, 500, 780, 1000):
        sheet.box(x, 640, x + 26, HEIGHT, "#7c532c")
    sheet.box(330, 330, 800, 600, "#7c532c")
    sheet.shape((300, 340), (830, 300), (830, 330), (300, 370), fill=DARK)
    sheet.box(390, 410, 560, 540, GOLD)
    sheet.box(650, 410, 740, 600, WOOD)
    sheet.box(730, 180, 760, 310, DARK)
    for number in range(4):
        sheet.disc(770 + number * 36, 170 - number * 30, 22 + number * 8, "#f2f6f7")
    sheet.person(930, 600, 150, RED)


Drawing = Callable[[Sheet], None]

DRAWINGS: dict[str, tuple[Drawing, str, str]] = {
    "tunnel-farver": (
        tunnel,
        "tunnel",
        "Tegning af gangtunnelen med striber i fem farver langs kanten og lys i den anden ende.",
    ),
    "havnebaenke": (
        harbour,
        "havnen",
        "Tegning af to bænke på kajen med ryggen til byen. Ude på vandet ligger en rød jolle.",
    ),
    "vilde-blomster-lyngdal": (
        flowers,
        "vejkant",
        "Tegning af vejkanten med røde, gule, hvide og blå blomster ved siden af vejen.",
    ),
    "naturlegeplads-klitborg": (
        playground,
        "legeplads",
        "Tegning af stammer at balancere på, store sten og to børn, der leger i klitterne.",
    ),
    "badebro-rampe": (
        ramp,
        "rampe",
        "Tegning af badebroen med en rampe ned i vandet og et hvidt gelænder.",
    ),
    "silo-vaegmaleri": (
        mural,
        "silo",
        "Tegning af to siloer malet med bølger, en rød sol og fugle.",
    ),
    "byttehylde": (
        shelf,
        "hylde",
        "Tegning af et skab med tag og tre hylder med bøger op ad en murstensvæg.",
    ),
    "havnesauna": (
        sauna,
        "sauna",
        "Tegning af et lille træhus med skorsten på en bro over vandet. Der er lys i vinduet.",
    ),
}


def of(slug: str) -> list[tuple[PreparedFile, str]]:
    """The pictures sent with an idea, each with its description; made safe as any upload is."""
    if slug not in DRAWINGS:
        return []
    draw, name, description = DRAWINGS[slug]
    sheet = Sheet(SKY)
    draw(sheet)
    return [(prepare_file(ContentFile(sheet.png(), name=f"{name}.png")), description)]
