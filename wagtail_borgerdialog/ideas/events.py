"""What happens to an idea beside what happens to every contribution."""

REFINED = "refined"
HELP_OFFERED = "help_offered"
