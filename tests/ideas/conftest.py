import copy
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings

import wagtail_borgerdialog
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


@pytest.fixture
def our_layout(settings: LazySettings) -> None:
    """Pages in the package's own layout: what a host's menu and footer ask is not ours to count."""
    templates = copy.deepcopy(settings.TEMPLATES)
    own = Path(wagtail_borgerdialog.__file__).parent / "templates"
    templates[0]["DIRS"] = [own, *templates[0]["DIRS"]]
    settings.TEMPLATES = templates
