"""The addresses a site mounts once, outside the page tree: acting, and files."""

from django.urls import include, path

from wagtail_borgerdialog.people import views as people

app_name = "borgerdialog"

urlpatterns = [
    path("link/<slug:purpose>/<str:token>/", people.link, name="link"),
    path("", include("wagtail_borgerdialog.contributions.urls")),
]
