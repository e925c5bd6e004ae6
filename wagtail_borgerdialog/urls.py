"""The addresses a site mounts once, outside the page tree: acting, and files."""

from django.apps import apps
from django.urls import include, path

from wagtail_borgerdialog.people import views as people

app_name = "borgerdialog"

urlpatterns = [
    path("link/<slug:purpose>/<str:token>/", people.link, name="link"),
    path("your-page/", people.own_page, name="your_page"),
    path("your-page/sent/", people.sent, name="your_page_sent"),
    path("your-page/download/", people.download, name="your_page_download"),
    path("your-page/delete/", people.delete, name="your_page_delete"),
    path("your-page/deleted/", people.deleted, name="your_page_deleted"),
    path("", include("wagtail_borgerdialog.contributions.urls")),
]

# A site that leaves the room out has no feeds, calendars and follows; our pages offer none then.
if apps.is_installed("wagtail_borgerdialog.notifications"):
    urlpatterns.append(path("", include("wagtail_borgerdialog.notifications.urls")))
