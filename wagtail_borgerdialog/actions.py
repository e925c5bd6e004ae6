"""Keep the activity in step with the page that owns it."""

from django.db import models, transaction

from wagtail_borgerdialog.models import Activity, ActivityTerms


@transaction.atomic
def sync_activity(page: models.Model) -> Activity:
    """Make or update the activity of ``page``, a live participation page with a site.

    Only the owning page writes the terms; a translation joins what is there.
    """
    terms = {name: getattr(page, name) for name in ActivityTerms.term_names()}
    activity, created = Activity.objects.select_for_update().get_or_create(
        translation_key=page.translation_key,
        defaults={"kind": page.activity_kind, "page_id": page.pk, "site": page.get_site(), **terms},
    )
    if not created and activity.page_id == page.pk:
        activity.site = page.get_site()
        for name, value in terms.items():
            setattr(activity, name, value)
        activity.save()
    return activity
