"""What the rooms above learn about people."""

from django.dispatch import Signal

# Sent inside the transaction. Arguments: ``kept`` and ``absorbed`` (participants): whatever
# belongs to ``absorbed`` now belongs to ``kept``.
participants_merged = Signal()
