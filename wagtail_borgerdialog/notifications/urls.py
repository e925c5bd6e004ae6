from django.urls import path

from wagtail_borgerdialog.notifications import calendars, feeds, views

urlpatterns = [
    path("feed/", feeds.of_site, name="feed_site"),
    path("feed/page/<int:pk>/", feeds.of_page, name="feed_page"),
    path("feed/<slug:reference>/", feeds.of_case, name="feed_case"),
    path("calendar/page/<int:pk>/", calendars.of_page, name="calendar_page"),
    path("calendar/<slug:reference>/", calendars.of_case, name="calendar_case"),
    path("follow/page/<int:pk>/", views.follow_page, name="follow_page"),
    path("follow/page/<int:pk>/sent/", views.follow_page_sent, name="follow_page_sent"),
    path("follow/<slug:reference>/", views.follow, name="follow"),
    path("follow/<slug:reference>/sent/", views.follow_sent, name="follow_sent"),
    path("unfollow/<str:token>/", views.unfollow, name="unfollow"),
]
