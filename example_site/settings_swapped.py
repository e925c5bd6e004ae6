"""The example site with a base page of its own (Wagtail 8): page types come from the mixins."""

from example_site.settings import *
from example_site.settings import INSTALLED_APPS

INSTALLED_APPS = [
    "example_site.basepage" if app == "example_site.home" else app
    for app in INSTALLED_APPS
    if app != "wagtail_borgerdialog.pages"
]
WAGTAIL_PAGE_MODEL = "basepage.BasePage"
