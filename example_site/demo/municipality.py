"""The municipality itself: who works there, its districts, its texts and its pages."""

import dataclasses
import datetime

from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractUser, Group, Permission
from django.utils.html import format_html
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Locale, Site

from example_site.demo.content import Item, activities, promises, read
from example_site.demo.dates import Calendar
from wagtail_borgerdialog.contributions.models import Status
from wagtail_borgerdialog.models import (
    Activity,
    ActivityTerms,
    Area,
    Category,
    GroupActivityAccess,
    ParticipationSettings,
)
from wagtail_borgerdialog.proposals.models import FormalCriterion, RuleSet
from wagtail_borgerdialog.setup import GROUPS, set_up

PASSWORD = "kun-til-demo"  # noqa: S105 - known to everybody, hence only where DEBUG is on
CLOSING_DAYS = ("opens_days_ago", "closes_in_days")


@dataclasses.dataclass
class Municipality:
    """What the cases refer to."""

    site: Site
    staff: dict[str, AbstractUser]
    activities: dict[str, Activity]
    areas: dict[str, Area]
    categories: dict[str, Category]
    rule_sets: dict[str, RuleSet]


def build(calendar: Calendar) -> Municipality:
    """Make everything that is there before the first citizen writes."""
    content = read("site")
    danish, english = (_locale(code) for code in ("da", "en"))
    site = Site.objects.select_related("root_page").get(is_default_site=True)
    home = _front_page(site, content["home"], danish)
    set_up()
    staff = _people(content["demo_people"])
    _settings(site, content["municipality"])
    _words(content["statuses"])
    areas = _areas(content["areas"])
    categories = _categories(content["categories"], danish, english)
    rule_sets = _rule_sets(activities()["borgerforslag"])
    editor = staff["redaktoer"]
    for item in content["activities"]:
        _publish(home.add_child(instance=_page(item, calendar, rule_sets, danish)), editor)
    _publish(home.add_child(instance=_promises_page(promises()["page"], danish)), editor)
    text_page = apps.get_model("home", "TextPage")
    for item in content["pages"]:
        page = text_page(
            title=item["title"],
            slug=item["slug_key"],
            intro=item["intro"],
            body=_stream(item["body"]),
            locale=danish,
            live=False,
            show_in_menus=True,
        )
        _publish(home.add_child(instance=page), editor)
    english_home = _translate(home, content["english"]["home"], english, editor)
    _let_editors_edit([home, english_home])
    for key, texts in content["english"]["activities"].items():
        original = home.get_children().get(slug=key).specific
        _translate(original, texts, english, editor)
    return Municipality(
        site=site,
        staff=staff,
        activities={
            activity.page.slug: activity
            for activity in Activity.objects.on_site(site).select_related("page", "site")
        },
        areas=areas,
        categories=categories,
        rule_sets=rule_sets,
    )


def _locale(code: str) -> Locale:
    return Locale.objects.get_or_create(language_code=code)[0]


def _front_page(site: Site, content: Item, locale: Locale) -> object:
    """The site's front page, in place of the one that Wagtail's own migrations make."""
    home_page = apps.get_model("home", "HomePage")
    before = site.root_page.specific
    texts = {"title": content["title"], "intro": content["intro"], "body": _stream(content["body"])}
    if isinstance(before, home_page):
        for name, value in texts.items():
            setattr(before, name, value)
        _publish(before, None)
        return before
    home = before.get_parent().add_child(
        instance=home_page(slug="forside", locale=locale, live=False, **texts)
    )
    _publish(home, None)
    site.root_page = home
    site.save()
    GroupActivityAccess.objects.filter(page_id=before.pk).update(page_id=home.pk)
    before.delete()
    return home


def _people(people: list[Item]) -> dict[str, AbstractUser]:
    """The logins: staff, one citizen, and somebody who may do everything."""
    users = {}
    hashed = make_password(PASSWORD)  # slow by design, so once for all
    for person in [*people, {"username": "admin", "email": "admin@example.dk", "name": "Admin"}]:
        first, _space, last = person["name"].partition(" ")
        user = get_user_model().objects.create(
            username=person["username"],
            email=person["email"],
            password=hashed,
            first_name=first,
            last_name=last,
            is_superuser=person["username"] == "admin",
            is_staff=person["username"] == "admin",
        )
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        if person.get("group"):
            user.groups.add(Group.objects.get(name=person["group"]))
        users[user.username] = user
    return users


def _let_editors_edit(homes: list[object]) -> None:
    """Editors write pages and upload pictures; the package grants neither by itself."""
    group = Group.objects.get(name=GROUPS["editors"])
    for home in homes:
        for codename in ("add_page", "change_page", "publish_page"):
            GroupPagePermission.objects.create(
                group=group,
                page_id=home.pk,
                permission=Permission.objects.get(
                    content_type__app_label="wagtailcore", codename=codename
                ),
            )
    root = Collection.get_first_root_node()
    for codename in ("add_image", "change_image", "choose_image"):
        GroupCollectionPermission.objects.create(
            group=group, collection=root, permission=Permission.objects.get(codename=codename)
        )


def _settings(site: Site, content: Item) -> None:
    ParticipationSettings.objects.update_or_create(
        site=site,
        defaults={
            "organisation_name": content["name"],
            "disclaimer": content["disclaimer"],
            "privacy_text": content["privacy_text"],
            "contact_name": content["contact_unit"],
            "contact_email": content["contact_email"],
            "contact_phone": content["contact_phone"],
            "contact_hours": content["telephone_hours"],
            "retention_months": content["retention_months"],
            "accessibility_statement_url": content["accessibility_statement_url"],
        },
    )
    site.site_name = content["name"]
    site.save()


def _words(explanations: dict[str, str]) -> None:
    """Say in plain words what each status means; and let people support what has enough."""
    for kind, explanation in explanations.items():
        status = Status.objects.of_kind(kind)
        status.explanation = explanation
        # Vestersø lets people sign until the deadline: more support weighs more.
        status.accepts_support |= kind == "threshold_reached"
        status.save()


def _areas(content: list[Item]) -> dict[str, Area]:
    return {
        item["slug"]: Area.objects.create(
            name=item["name"], slug=item["slug"], order=order, boundary=item["boundary"]
        )
        for order, item in enumerate(content)
    }


def _categories(content: list[Item], danish: Locale, english: Locale) -> dict[str, Category]:
    categories = {}
    for order, item in enumerate(content):
        category = Category.objects.create(
            name=item["name"], slug=item["slug"], order=order, locale=danish
        )
        translated = category.copy_for_translation(english)
        translated.name = item["name_en"]
        translated.save()
        categories[item["slug"]] = category
    return categories


def _rule_sets(scheme: Item) -> dict[str, RuleSet]:
    """The scheme's rules; and those of a trial, under which co-proposers have to say yes first."""
    rule_sets = {}
    for key, changes in {"standard": {}, "trial": scheme["trial"]}.items():
        rule_sets[key] = RuleSet.objects.create(**{**scheme["rule_set"], **changes})
        FormalCriterion.objects.bulk_create(
            FormalCriterion(
                rule_set=rule_sets[key],
                title=item["title"],
                explanation=item["explanation"],
                sort_order=order,
            )
            for order, item in enumerate(scheme["criteria"])
        )
    return rule_sets


def _page(item: Item, calendar: Calendar, rule_sets: dict[str, RuleSet], locale: Locale) -> object:
    fields = {name: item[name] for name in ActivityTerms.term_names() if name in item}
    fields |= {
        "opens_at": calendar.day(item["opens_days_ago"]),
        "closes_at": _days_from_now(calendar, item["closes_in_days"]),
        "decision_date": _date(_days_from_now(calendar, item["decision_in_days"])),
    }
    if item["kind"] == "proposals":
        model = apps.get_model("borgerdialog_pages", "ProposalPage")
        fields["rule_set"] = rule_sets["standard"]
        fields["how_proposals_are_treated"] = item["how_ideas_are_used"]
    else:
        model = apps.get_model("borgerdialog_pages", "IdeaPage")
        fields["purpose"] = item["purpose"]
        fields["how_ideas_are_used"] = item["how_ideas_are_used"]
        fields["disclaimer"] = item["disclaimer_note"]
    return model(
        title=item["title"],
        slug=item["slug_key"],
        introduction=format_html("<p>{}</p>", item["intro"]),
        search_description=item["intro"],
        locale=locale,
        live=False,
        show_in_menus=True,
        **fields,
    )


def _promises_page(item: Item, locale: Locale) -> object:
    model = apps.get_model("borgerdialog_pages", "PromisesPage")
    return model(
        title=item["title"],
        slug=item["slug_key"],
        introduction=format_html("<p>{}</p>", item["intro"]),
        search_description=item["intro"],
        locale=locale,
        live=False,
        show_in_menus=True,
    )


def _translate(page: object, texts: Item, locale: Locale, editor: AbstractUser) -> object:
    """The English page beside a Danish one; both show the same activity."""
    translated = page.copy_for_translation(locale)
    for name, value in texts.items():
        if name == "body":
            value = _stream(value)
        elif name == "introduction":
            value = format_html("<p>{}</p>", value)
        setattr(translated, name, value)
    return _publish(translated, editor)


def _publish(page: object, editor: AbstractUser | None) -> object:
    """As the editor's button does, so that the activity follows."""
    page.full_clean()
    page.save_revision(user=editor).publish(user=editor, skip_permission_checks=True)
    return page


def _stream(blocks: list[Item]) -> list[tuple[str, str]]:
    from wagtail.rich_text import RichText

    return [
        (
            block["type"],
            RichText(block["value"]) if block["type"] == "paragraph" else block["value"],
        )
        for block in blocks
    ]


def _days_from_now(calendar: Calendar, days: int | None) -> datetime.datetime | None:
    return None if days is None else calendar.end_of(days)


def _date(instant: datetime.datetime | None) -> datetime.date | None:
    return instant.date() if instant else None
