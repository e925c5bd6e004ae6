from collections.abc import Callable

import pytest

from wagtail_borgerdialog.ideas.pages import IdeaPageMixin
from wagtail_borgerdialog.pages.models import IdeaPage
from wagtail_borgerdialog.testing.ideas import make_idea_page


@pytest.fixture
def collection(db: None) -> IdeaPage:
    """A collection that anybody may add to, and that shows ideas at once."""
    return make_idea_page(IdeaPage)


@pytest.fixture
def url(collection: IdeaPageMixin) -> Callable[..., str]:
    """The address of one of the page's routes: ``url("new")``, ``url("idea", "2026-00001")``."""

    def address(name: str = "index_route", *args: str) -> str:
        return f"{collection.get_url()}{collection.reverse_subpage(name, args=args)}"

    return address
