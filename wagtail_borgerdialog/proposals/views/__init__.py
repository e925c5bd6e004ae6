"""Citizens' routes on a proposal scheme; ``pages.py`` says which address leads where."""

from wagtail_borgerdialog.proposals.views.proposing import new, thanks
from wagtail_borgerdialog.proposals.views.reading import proposal, proposal_list
from wagtail_borgerdialog.proposals.views.standing_behind import add, manage

__all__ = ["add", "manage", "new", "proposal", "proposal_list", "thanks"]
