"""Every element in each of its states, on one page, to be looked at."""

import datetime

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.timezone import get_default_timezone

from example_site.styleguide.forms import EverythingForm, FilterForm

PICTURES = {"baenk": "#2f6f62", "bed": "#7a8f3a"}


def styleguide(request: HttpRequest) -> HttpResponse:
    """The style page. Its clock stands still, so that two pictures of it can be compared."""
    zone = get_default_timezone()
    now = datetime.datetime(2026, 3, 5, 9, 30, tzinfo=zone)

    def day(number: int) -> datetime.datetime:
        return now + datetime.timedelta(days=number)

    return render(
        request,
        "styleguide/index.html",
        {
            "now": now,
            "yesterday": day(-1),
            "last_month": day(-24),
            "last_year": day(-400),
            "today_noon": now.replace(hour=12, minute=0),
            "in_a_week": now.replace(hour=12, minute=0) + datetime.timedelta(days=7),
            "in_34_days": day(34),
            "form": EverythingForm(),
            "filter": FilterForm({"area": "klitborg"}, auto_id="filter_%s"),
            "pages": Paginator(range(400), 20).page(7),
            "first_page": Paginator(range(400), 20).page(1),
            "crumbs": [
                {"title": "Forside", "url": "/"},
                {"title": "Vær med", "url": "#"},
                {"title": "Borgermillionen", "url": "#"},
            ],
            "long_text": (
                "Der ligger et stykke jord bag hallen i Klitborg, som ingen bruger. "
                "Jeg foreslår tre bænke, et blomsterbed og et bord, så man kan sidde og se ud "
                "over vandet.\n\nVi er seks naboer, der gerne vil passe det. Se, hvordan de har "
                "gjort i Åkilde: https://www.example.dk/aakilde/baenke\n\n"
                "Kommunegrundejerforeningssammenslutningsbestyrelsen er med på idéen."
            ),
            "disclaimer_details": (
                "Først læser en medarbejder din idé, og vi skriver til dig.\n\nSå ser de, der har "
                "forstand på det, om den kan lade sig gøre, og hvad den koster.\n\nTil sidst "
                "beslutter udvalget, om der er penge til den."
            ),
            "english_text": (
                "We would like a table-tennis table by the harbour. It is used all year, costs "
                "little, and everybody can play whatever language they speak."
            ),
            "promises": [
                {
                    "what": "Vi sætter tre bænke op på havnen",
                    "description": "Med ryglæn og armlæn. Vi vælger farven sammen med jer.",
                    "promised_by": "Vej og Trafik",
                    "unit": "Parkdrift",
                    "label": "På vej",
                    "tone": "info",
                    "sentence": "Vi gør det senest torsdag den 12. marts.",
                    "budgeted": 48_500,
                    "committed": 31_000,
                    "spent": 0,
                    "about": "Bænke med ryglæn og armlæn langs havnen",
                    "url": "#",
                    "area": "Klitborg",
                },
                {
                    "what": "Vi renser gadekæret",
                    "promised_by": "Natur og Miljø",
                    "label": "Forsinket",
                    "tone": "warn",
                    "sentence": "Det var lovet til fredag den 27. februar. Det er forsinket.",
                },
                {
                    "what": "Vi gør kælderen klar til øvelokale",
                    "promised_by": "Kultur og Fritid",
                    "label": "Brudt",
                    "tone": "bad",
                    "sentence": "Lovet til søndag den 1. marts og ikke gjort.",
                    "reason": "Kælderen har kun én udgang, og den er for smal.",
                },
                {
                    "what": "Vi laver en byttehylde",
                    "promised_by": "Kultur og Fritid",
                    "label": "Holdt",
                    "tone": "good",
                    "sentence": "Gjort 2. februar.",
                    "run_by": "Biblioteket",
                },
            ],
            "timeline": [
                {
                    "at": day(-1),
                    "title": "Sat i gang",
                    "kind": "in_progress",
                    "by": "Vej og Park",
                    "text": "Bænkene er bestilt. Vi graver fundamenter i uge 14.",
                    "next": "Åbning med kaffe, når bænkene står der.",
                },
                {
                    "at": day(-24),
                    "title": "Imødekommet",
                    "kind": "accepted",
                    "by": "Teknik- og Miljøudvalget",
                },
                {"at": day(-60), "title": "Forsinket", "kind": "delayed", "by": "Vej og Park"},
                {"at": day(-400), "title": "Modtaget", "kind": "received"},
            ],
            "summary": [
                {
                    "label": "Din idé",
                    "value": "Bænke med udsigt ved hallen",
                    "change_url": "#",
                    "language": "da",
                },
                {
                    "label": "Fortæl mere",
                    "value": "Der ligger et stykke jord bag hallen.\n\nVi er seks naboer.",
                    "change_url": "#",
                },
                {"label": "Billede", "value": "", "change_url": "#"},
                {"label": "E-mail", "value": "borger@example.dk", "change_url": "#"},
            ],
            "steps": ["Din idé", "Sted", "Om dig", "Læs igennem"],
            "comments": [
                {
                    "anchor": "kommentar-1",
                    "author": "Mette, Klitborg",
                    "at": day(-3),
                    "text": "Godt fundet på. Husk ryglæn, ellers kan min mor ikke bruge dem.",
                    "reply_url": "#",
                    "report_url": "#",
                    "replies": [
                        {
                            "anchor": "kommentar-2",
                            "author": "Vej og Park",
                            "role": "Vestersø Kommune",
                            "official": True,
                            "at": day(-2),
                            "text": "Tak. Alle tre bænke får ryglæn og armlæn.",
                            "report_url": "#",
                        },
                        {
                            "anchor": "kommentar-3",
                            "author": "En borger",
                            "at": day(-1),
                            "language": "en",
                            "text": "Could one of them be in the shade?",
                            "report_url": "#",
                        },
                    ],
                },
                {
                    "anchor": "kommentar-4",
                    "placeholder": "Kommunen har skjult denne kommentar, fordi den nævner en "
                    "privatperson.",
                    "at": day(-2),
                },
                {
                    "anchor": "kommentar-5",
                    "author": "Jens, Østermose",
                    "role": "Forslagsstiller",
                    "at": day(-1),
                    "text": "Jeg har talt med hallen. De siger ja.",
                    "reply_url": "#",
                    "report_url": "#",
                },
            ],
            "attachments": [
                {
                    "url": "#",
                    "name": "bænk.jpg",
                    "thumbnail_url": "baenk.svg",
                    "alt": "En tom græsplet med udsigt over fjorden",
                    "width": 320,
                    "height": 200,
                },
                {
                    "url": "#",
                    "name": "bed.jpg",
                    "thumbnail_url": "bed.svg",
                    "alt": "Skitse af et bed med stauder",
                    "width": 320,
                    "height": 200,
                },
                {"url": "#", "name": "Skitse og overslag.pdf", "size": 481_233},
            ],
            "places": [
                {
                    "title": "Bænke med udsigt ved hallen",
                    "url": "#",
                    "address": "Hallvej 4",
                    "area": "Klitborg",
                    "latitude": 56.12345,
                    "longitude": 8.12345,
                },
                {"title": "Blomster på torvet", "url": "#", "area": "Vestersø By"},
            ],
            "tabs": [
                {"label": "Nyeste", "url": "#", "current": True},
                {"label": "Flest støtter", "url": "#"},
                {"label": "Mest omtalt", "url": "#"},
                {"label": "Tilfældig", "url": "#"},
            ],
            "tones": ["neutral", "info", "good", "warn", "bad"],
        },
    )


def errors(request: HttpRequest) -> HttpResponse:
    """A form that came back with something wrong in every field."""
    form = EverythingForm({"title": "", "body": "Bænke " * 400, "email": "anna.example.dk"})
    return render(request, "styleguide/errors.html", {"form": form})


def receipt(request: HttpRequest) -> HttpResponse:
    steps = [
        "Bekræft din e-mailadresse. Vi har sendt et link til dig.",
        "En medarbejder læser idéen inden for to hverdage.",
        "Vi skriver til dig, når den er vist på siden.",
    ]
    return render(request, "styleguide/receipt.html", {"steps": steps})


def mail(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "styleguide/mail.html",
        {
            "language": "da",
            "subject": "Bekræft din idé",
            "sender": "Vestersø Kommune",
            "site_url": "https://www.example.dk",
            "participation": {
                "contact_email": "borgerdialog@example.dk",
                "contact_phone": "00 00 00 00",
                "contact_hours": "10–14",
            },
        },
    )


def similar(request: HttpRequest) -> HttpResponse:
    """A fragment, as a room's "similar ideas" would answer."""
    return render(request, "styleguide/similar.html", {"q": request.GET.get("q", "")[:100]})


def picture(request: HttpRequest, picture: str) -> HttpResponse:
    """A drawn stand-in for a photograph, so that the repository carries none."""
    if picture not in PICTURES:
        raise Http404
    svg = format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 200"><rect width="320" '
        'height="200" fill="#bcd6dc"/><path d="M0 120q80-40 160-10t160-20v110H0z" fill="{}"/>'
        '<circle cx="250" cy="50" r="22" fill="#f4e3b2"/></svg>',
        PICTURES[picture],
    )
    return HttpResponse(svg, content_type="image/svg+xml")
