"""Citizens' routes on an idea collection; ``pages.py`` says which address leads where."""

from wagtail_borgerdialog.ideas.views.acting import offer_help, withdraw
from wagtail_borgerdialog.ideas.views.reading import idea, idea_list, similar
from wagtail_borgerdialog.ideas.views.sharing import new, thanks

__all__ = ["idea", "idea_list", "new", "offer_help", "similar", "thanks", "withdraw"]
