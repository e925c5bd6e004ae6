"""What citizens say: contributions, support, comments, attachments, and their moderation."""
