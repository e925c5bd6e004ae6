"""What a lower room tells the rooms above it."""

from django.dispatch import Signal

# Sent inside the transaction of the change, so that what follows from it is stored with it.
# Arguments: ``contribution`` (a ``Contribution``), ``event`` (see contributions/events.py),
# ``at`` (aware datetime), and ``by`` (the acting user, or None).
contribution_event = Signal()
