"""Erase what is kept no longer, some at a time."""

import datetime
from collections.abc import Mapping

from django.db import transaction

from wagtail_borgerdialog.people.erasing import sources


def purge(*, at: datetime.datetime, dry_run: bool = False) -> Mapping[str, int]:
    """Purge all rooms; returns how many rows by the name of what they hold.

    Each batch is a transaction of its own, so a run that is broken off has done what it has done.
    ``dry_run`` does the same and takes it back: the numbers are those of a real run.
    """
    if dry_run:
        with transaction.atomic():
            counts = purge(at=at)
            transaction.set_rollback(True)
        return counts
    counts = {}
    for source in sources():
        counts[source.name] = 0
        while True:
            with transaction.atomic():
                batch = source.purge(at=at)
            if not batch:
                break
            counts[source.name] += batch
    return counts
