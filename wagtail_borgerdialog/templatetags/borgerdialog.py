"""What the templates need to say things plainly: dates, numbers, sentences, fields.

Nothing here queries the database or knows a model; every value is passed in.
Time comes in as ``at``; where a template has none, the clock is read once here.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from django import template
from django.forms import BaseForm, BoundField
from django.template import Context
from django.utils import formats, timezone
from django.utils.datastructures import MultiValueDict
from django.utils.dateformat import format as date_format
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext, ngettext, pgettext

from wagtail_borgerdialog.form_fields import KEPT_FORM, kept_form_mark
from wagtail_borgerdialog.terms import months_later
from wagtail_borgerdialog.text import excerpt, render_plain_text

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from django.core.paginator import Page
    from django.utils.safestring import SafeString

register = template.Library()

Moment = datetime.date | datetime.datetime

# Django's own Danish formats have neither "den" nor "kl.", and its English ones are American.
DAY_FORMATS = {"da": r"j. F", "en": "j F"}
WEEKDAY_FORMATS = {"da": r"l \d\e\n j. F", "en": "l j F"}
CLOCK_FORMATS = {"da": r" \k\l. H.i", "en": r" \a\t H:i"}
YEAR_FORMAT = " Y"

CARD = "wagtail_borgerdialog/elements/contribution_card.html"

TONES = {
    "received": "neutral",
    "awaiting_coproposers": "warn",
    "in_review": "info",
    "returned": "warn",
    "rejected_formal": "bad",
    "open_for_support": "info",
    "in_refinement": "info",
    "threshold_reached": "good",
    "expired": "neutral",
    "in_process": "info",
    "awaiting_funds": "warn",
    "answered": "neutral",
    "accepted": "good",
    "partly_accepted": "good",
    "referred": "info",
    "rejected": "bad",
    "in_progress": "info",
    "delayed": "warn",
    "done": "good",
    "in_operation": "good",
    "cancelled": "bad",
    "merged": "neutral",
    # outcomes of an official answer
    "adopted": "good",
    "partly_adopted": "good",
    "under_review": "info",
    "not_municipal": "neutral",
}


@dataclass(frozen=True)
class Window:
    """When something is open. ``state`` is ``always``, ``upcoming``, ``open`` or ``closed``."""

    state: str
    sentence: str
    remaining: str
    moment: datetime.datetime | None


@dataclass(frozen=True)
class ErrorLink:
    """One line of an error summary; ``target`` is an element id, or empty."""

    target: str
    label: str
    message: str


@dataclass(frozen=True)
class PageLink:
    """One number of a pagination; a gap has ``number`` 0 and no ``url``."""

    number: int
    url: str
    current: bool


@register.filter
def bd_text(value: object) -> SafeString:
    """Plain text as paragraphs, with links that carry ``rel="nofollow ugc"``."""
    return render_plain_text("" if value is None else str(value))


@register.filter
def bd_excerpt(value: object, length: int = 180) -> str:
    """The first ``length`` characters of plain text on one line, cut between words."""
    return excerpt("" if value is None else str(value), length)


@register.filter
def bd_number(value: int | float | Decimal | str | None) -> str:
    """A number with the language's own separators: 1.000.000 in Danish."""
    if value is None or value == "":
        return ""
    if type(value) is int and 0 <= value < 1000:
        return str(value)
    return formats.number_format(value, use_l10n=True, force_grouping=True)


@register.filter
def bd_supports(count: int) -> str:
    """A number of supports in words, "12 supports"."""
    return _counted(count, "supports", get_language())


@register.filter
def bd_comments(count: int) -> str:
    """A number of comments in words, "3 comments"."""
    return _counted(count, "comments", get_language())


# A list says it forty times, and mostly the same small numbers.
@lru_cache(maxsize=4096)
def _counted(count: int, what: str, language: str | None) -> str:
    words = (
        ngettext("%(count)s support", "%(count)s supports", count)
        if what == "supports"
        else ngettext("%(count)s comment", "%(count)s comments", count)
    )
    return words % {"count": bd_number(count)}


@register.filter
def bd_money(value: int | float | Decimal | str | None) -> str:
    """An amount in Danish kroner, without decimals when it is a whole amount."""
    if value is None or value == "":
        return ""
    amount = Decimal(str(value))
    places = 0 if amount == amount.to_integral_value() else 2
    number = formats.number_format(amount, places, use_l10n=True, force_grouping=True)
    return pgettext("amount of money", "DKK %(amount)s") % {"amount": number}


# Dates are tags as well as filters: Django raises when a filter's argument is missing, and our
# elements may be included without "at".
@register.filter
@register.simple_tag
def bd_date(value: Moment | None, at: datetime.datetime | None = None) -> str:
    """A day, "12. marts"; with the year when it is not the year of ``at``."""
    return _moment(value, at=at, layouts=DAY_FORMATS)


@register.filter
@register.simple_tag
def bd_day(value: Moment | None, at: datetime.datetime | None = None) -> str:
    """A day with its weekday, "torsdag den 12. marts"; the year as in ``bd_date``."""
    return _moment(value, at=at, layouts=WEEKDAY_FORMATS)


@register.filter
@register.simple_tag
def bd_datetime(value: datetime.datetime | None, at: datetime.datetime | None = None) -> str:
    """An instant, "torsdag den 12. marts kl. 12.00", in the site's time zone."""
    return _moment(value, at=at, layouts=WEEKDAY_FORMATS, clock=True)


@register.simple_tag
def bd_deletion_day(months: int | None, site_months: int) -> datetime.date:
    """The day after which the name of somebody who writes today is deleted."""
    return months_later(timezone.localdate(), site_months if months is None else months)


@register.filter
def bd_iso(value: Moment | None) -> str:
    """The machine-readable form for ``<time datetime>``."""
    if not value:
        return ""
    return _local(value).isoformat()


@register.filter
def bd_days_left(value: Moment, at: datetime.datetime | None = None) -> int:
    """Calendar days from ``at`` until ``value``; 0 on the day itself, negative after."""
    return (_day(value) - _day(_now(at))).days


@register.filter
def bd_tone(kind: str) -> str:
    """The tone (neutral, info, good, warn, bad) in which a status or outcome is shown."""
    return TONES.get(str(kind or ""), "neutral")


@register.simple_tag(takes_context=True)
def bd_card(context: Context, card: Hashable, *, at: datetime.datetime | None = None) -> SafeString:
    """The element ``contribution_card`` from an object with its parameters as attributes.

    The object's attributes say all that the card shows, so a card that is shown again looks the
    same: in a list of twenty that is most of the work.
    """
    moment = timezone.localtime(_now(at)).replace(second=0, microsecond=0)
    if getattr(card, "closes_at", None) is None:  # then only the day has a say
        moment = moment.replace(hour=0, minute=0)
    element = context.template.engine.get_template(CARD)
    return _card(element, card, moment, get_language(), timezone.get_current_timezone_name())


@lru_cache(maxsize=2048)
def _card(
    element: template.Template,
    card: Hashable,
    at: datetime.datetime,
    language: str | None,
    zone: str,
) -> SafeString:
    return element.render(Context({**vars(card), "at": at}))


@register.filter(is_safe=True)
def bd_quoted(text: str) -> str:
    """``text`` between the quotation marks of the reader's language."""
    return gettext("“%(text)s”") % {"text": text}


@register.simple_tag
def bd_window(
    opens_at: datetime.datetime | None = None,
    closes_at: datetime.datetime | None = None,
    *,
    at: datetime.datetime | None = None,
) -> Window:
    """Say when something is open, from its two instants (either may be missing)."""
    now = _now(at)
    if opens_at and now < opens_at:
        return Window(
            state="upcoming",
            sentence=gettext("Opens %(date)s") % {"date": bd_datetime(opens_at, now)},
            remaining=_days_until(opens_at, now),
            moment=opens_at,
        )
    if not closes_at:
        return Window("always", gettext("Always open"), "", None)
    date = {"date": bd_datetime(closes_at, now)}
    if _is_over(closes_at, now):
        return Window("closed", gettext("Closed %(date)s") % date, "", closes_at)
    return Window(
        state="open",
        sentence=gettext("Open until %(date)s") % date,
        remaining=_days_remaining(closes_at, now),
        moment=closes_at,
    )


@register.simple_tag
def bd_support_sentence(
    count: int | None,
    goal: int | None = None,
    closes_at: datetime.datetime | None = None,
    *,
    at: datetime.datetime | None = None,
) -> str:
    """Say "212 of 450 support this. 34 days left.": a meter in words."""
    now = _now(at)
    count = count or 0
    if goal:
        first = gettext("%(count)s of %(goal)s support this.") % {
            "count": bd_number(count),
            "goal": bd_number(goal),
        }
        if count >= goal:
            reached = gettext("The goal is reached.")
            return f"{first} {reached}"
    elif count:
        first = ngettext(
            "%(count)s person supports this.",
            "%(count)s people support this.",
            count,
        ) % {"count": bd_number(count)}
    else:
        first = gettext("Nobody has supported this yet.")
    if not closes_at:
        return first
    if _is_over(closes_at, now):
        closed = gettext("It closed %(date)s.") % {"date": bd_day(closes_at, now)}
        return f"{first} {closed}"
    return f"{first} {_days_remaining(closes_at, now)}."


@register.simple_tag
def bd_assurance(
    total: int | None,
    *,
    eid: int | None = 0,
    account: int | None = 0,
    email: int | None = 0,
    paper: int | None = 0,
    none: int | None = 0,
) -> str:
    """Say "212 supports: 180 with MitID, 32 by confirmed e-mail"; zero parts are left out."""
    total = total or 0
    heading = ngettext("%(count)s support", "%(count)s supports", total) % {
        "count": bd_number(total)
    }
    parts = [
        wording % {"count": bd_number(count)}
        for count, wording in (
            (eid, gettext("%(count)s with MitID")),
            (account, gettext("%(count)s with an account")),
            (email, gettext("%(count)s by confirmed e-mail")),
            (paper, gettext("%(count)s on paper")),
            (none, gettext("%(count)s unconfirmed")),
        )
        if count
    ]
    return f"{heading}: {', '.join(parts)}" if parts else heading


@register.simple_tag
def bd_kept_form(path: str) -> SafeString:
    """A hidden field: what is typed in this form, at ``path``, outlives an expired session."""
    return format_html(
        '<input type="hidden" name="{}" value="{}">', KEPT_FORM, kept_form_mark(path)
    )


@register.simple_tag
def bd_error_prefix(form: BaseForm | str | None = None) -> str:
    """Give "Error: " for the page title when the form came back with errors, else nothing."""
    begins = gettext("Error:")
    return f"{begins} " if form and form.errors else ""


@register.simple_tag
def bd_error_links(form: BaseForm | Iterable[BaseForm] | None) -> list[ErrorLink]:
    """Every error of one form, or of several, in the order of the fields."""
    if not form:
        return []
    forms = [form] if isinstance(form, BaseForm) else list(form)
    return [link for each in forms for link in _error_links(each)]


@register.simple_tag
def bd_hint(field: BoundField, hint: str = "") -> str:
    """The hint shown for a field: the one passed, else the field's help text."""
    return hint or field.help_text


@register.simple_tag
def bd_describedby(field: BoundField, hint: str = "", limit: int | str = "") -> str:
    """The ids that describe a field: hint, error, counter, in reading order."""
    ids = []
    if bd_hint(field, hint):
        ids.append(f"{field.auto_id}_helptext")
    if field.errors:
        ids.append(f"{field.auto_id}_error")
    if limit:
        ids.append(f"{field.auto_id}_count")
    return " ".join(ids)


@register.simple_tag
def bd_limit(field: BoundField) -> int | str:
    """The most characters a textarea takes, for the counter; empty for other fields."""
    limit = getattr(field.field, "max_length", None)
    return limit if limit and field.widget_type == "textarea" else ""


@register.simple_tag
def bd_widget(
    field: BoundField,
    *,
    hint: str = "",
    limit: int | str = "",
    similar_url: str = "",
    similar_into: str = "",
) -> SafeString:
    """The field's input, described by the hint and error that our element renders.

    Django describes a field by its own help text only, so a hint that a template
    passes would go unread; and ``maxlength`` silently cuts what people paste, so
    a textarea counts and lets the server say so instead. Placeholders vanish when
    one starts to type: labels and hints are used in their place.
    """
    attrs: dict[str, str | int | bool] = {"placeholder": False}
    if not field.use_fieldset and (ids := bd_describedby(field, hint=hint, limit=limit)):
        attrs["aria-describedby"] = ids
    if limit:
        attrs["maxlength"] = False
        attrs["data-bd-maxlength"] = limit
    if similar_url:
        attrs["data-bd-similar-url"] = similar_url
        attrs["data-bd-similar-into"] = similar_into
    return field.as_widget(attrs=attrs)


@register.filter
def bd_options(field: BoundField) -> SafeString:
    """The options of a select; Django renders a template for each, which a list has no time for."""
    choices = tuple((value, str(label)) for value, label in field.field.choices)
    return _options(choices, field.value())


@lru_cache(maxsize=256)
def _options(choices: tuple[tuple[str, str], ...], chosen: str | None) -> SafeString:
    options = (
        format_html('<option value="{}" selected>{}</option>', value, label)
        if value == chosen
        else format_html('<option value="{}">{}</option>', value, label)
        for value, label in choices
    )
    return format_html_join("", "{}", ((option,) for option in options))


@register.simple_tag
def bd_page_links(
    page: Page, query: MultiValueDict | None = None, parameter: str = "page"
) -> list[PageLink]:
    """The numbers of a pagination with their addresses; long gaps are elided."""
    elided = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return [
        PageLink(
            number=number,
            url=bd_page_url(number, query, parameter),
            current=number == page.number,
        )
        if isinstance(number, int)
        else PageLink(number=0, url="", current=False)
        for number in elided
    ]


@register.simple_tag
def bd_page_url(number: int, query: MultiValueDict | None = None, parameter: str = "page") -> str:
    """The address of a page of the list, keeping filters; page 1 has no parameter."""
    values = {key: kept for key, kept in (query or MultiValueDict()).lists() if key != parameter}
    if number > 1:
        values[parameter] = [str(number)]
    return f"?{urlencode(values, doseq=True)}"


def _error_links(form: BaseForm) -> Iterator[ErrorLink]:
    for message in form.non_field_errors():
        yield ErrorLink("", "", message)
    for field in form:
        target = "" if field.is_hidden else field.id_for_label or _first_id(field)
        for message in field.errors:
            yield ErrorLink(target, str(field.label), message)


def _first_id(field: BoundField) -> str:
    """Groups of inputs have no id of their own; the first of them takes the focus."""
    if len(field.subwidgets) > 0:
        return field.subwidgets[0].id_for_label or field.auto_id
    return field.auto_id


def _is_over(closes_at: datetime.datetime, now: datetime.datetime) -> bool:
    """A deadline is open to the end of the minute shown."""
    shown = closes_at.replace(second=0, microsecond=0)
    return now >= shown + datetime.timedelta(minutes=1)


def _days_remaining(closes_at: datetime.datetime, now: datetime.datetime) -> str:
    days = bd_days_left(closes_at, now)
    if days < 1:
        return gettext("Last day today")
    return ngettext("%(count)s day left", "%(count)s days left", days) % {"count": bd_number(days)}


def _days_until(opens_at: datetime.datetime, now: datetime.datetime) -> str:
    days = bd_days_left(opens_at, now)
    if days < 1:
        return gettext("Opens today")
    return ngettext("in %(count)s day", "in %(count)s days", days) % {"count": bd_number(days)}


def _moment(
    value: Moment | None,
    *,
    at: datetime.datetime | None,
    layouts: dict[str, str],
    clock: bool = False,
) -> str:
    if not value:
        return ""
    local = _local(value)
    language = (get_language() or "en").split("-")[0]
    layout = layouts.get(language, layouts["en"])
    if local.year != _year(_now(at), timezone.get_current_timezone()):
        layout += YEAR_FORMAT
    if not isinstance(local, datetime.datetime):
        return _day_in_words(local, layout, get_language())
    if not clock:
        return _day_in_words(local.date(), layout, get_language())
    return date_format(local, layout + CLOCK_FORMATS.get(language, CLOCK_FORMATS["en"]))


# A page asks with the same "at" for each of its dates.
@lru_cache(maxsize=8)
def _year(at: datetime.datetime, zone: datetime.tzinfo) -> int:
    return _local(at).year


@lru_cache(maxsize=4096)
def _day_in_words(day: datetime.date, layout: str, language: str | None) -> str:
    return date_format(day, layout)


def _now(at: datetime.datetime | None) -> datetime.datetime:
    return at or timezone.now()


def _local(value: Moment) -> Moment:
    if isinstance(value, datetime.datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def _day(value: Moment) -> datetime.date:
    local = _local(value)
    return local.date() if isinstance(local, datetime.datetime) else local
