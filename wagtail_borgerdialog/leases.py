"""Take turns at a queue: a row that one process works on is nobody else's until its lease ends."""

import datetime

from django.db import connection, models, transaction


def claim(due: models.QuerySet, *, until: datetime.datetime) -> models.Model | None:
    """The first of ``due`` (ordered, filtered by ``next_attempt_at``), leased to us; or None.

    A process that dies gives it back when the lease ends. Where the database can, senders at work
    side by side pass by each other's rows; elsewhere the second update of a row finds nothing.
    """
    features = connection.features
    while True:
        with transaction.atomic():
            rows = due
            if features.has_select_for_update_skip_locked:
                rows = due.select_for_update(
                    skip_locked=True, of=("self",) if features.has_select_for_update_of else ()
                )
            row = rows.first()
            if row is None:
                return None
            if due.filter(pk=row.pk).update(next_attempt_at=until):
                row.next_attempt_at = until
                return row
