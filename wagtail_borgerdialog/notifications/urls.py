from django.urls import path

from wagtail_borgerdialog.notifications import calendars, feeds

urlpatterns = [
    path("feed/", feeds.of_site, name="feed_site"),
    path("feed/page/<int:pk>/", feeds.of_page, name="feed_page"),
    path("feed/<slug:reference>/", feeds.of_case, name="feed_case"),
    path("calendar/page/<int:pk>/", calendars.of_page, name="calendar_page"),
    path("calendar/<slug:reference>/", calendars.of_case, name="calendar_case"),
]
