"""Keep the activity in step with the page that owns it."""

from django.db import models, transaction
from wagtail.models import Locale

from wagtail_borgerdialog.models import Activity, ActivityTerms


@transaction.atomic
def sync_activity(page: models.Model) -> Activity:
    """Make or update the activity of ``page``, a live participation page with a site.

    Only the owning page writes the terms; a translation joins what is there. One in the site's
    main language becomes the owner, also where another language was published first.
    """
    terms = {name: getattr(page, name) for name in ActivityTerms.term_names()}
    activity, created = Activity.objects.select_for_update().get_or_create(
        translation_key=page.activity_key,
        defaults={"kind": page.activity_kind, "page_id": page.pk, "site": page.get_site(), **terms},
    )
    if created:
        return activity
    if activity.page_id != page.pk and _takes_over(page, activity):
        activity.page_id = page.pk
    if activity.page_id == page.pk:
        # What citizens wrote keeps the site, and the reference, under which it was published.
        activity.site = activity.site if activity.contribution_count else page.get_site()
        for name, value in terms.items():
            setattr(activity, name, value)
        activity.save()
    return activity


def _takes_over(page: models.Model, activity: Activity) -> bool:
    main = Locale.get_default().pk
    return page.alias_of_id is None and page.locale_id == main != activity.page.locale_id


def activity_of(page: models.Model) -> Activity | None:
    """The activity of ``page``, made now if the page is live and no signal has told us so.

    That happens to pages that are moved into a site, imported or made as an alias, and to a
    translation whose owning page is deleted. None for a page that the public cannot reach.
    """
    if page.stored_activity is None and page.live and page.get_site() is not None:
        # What is in force is in the database: a preview holds what is not published yet.
        sync_activity(type(page).objects.get(pk=page.pk))
        del page.stored_activity
    return page.stored_activity


def follow_move(page: models.Model) -> None:
    """Let the activities at and below ``page``, which has been moved, belong to its site now."""
    site = page.get_site()
    if site is not None:
        moved = Activity.objects.filter(page__path__startswith=page.path)
        moved.exclude(site=site).filter(contribution_count=0).update(site=site)
