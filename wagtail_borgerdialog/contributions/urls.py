from django.urls import path

from wagtail_borgerdialog.contributions.views import (
    appealing,
    commenting,
    files,
    reporting,
    supporting,
    transparency,
)

urlpatterns = [
    path("support/<slug:reference>/", supporting.support, name="support"),
    path("support/<slug:reference>/sent/", supporting.support_sent, name="support_sent"),
    path("comment/<slug:reference>/", commenting.comment, name="comment"),
    path("comment/<slug:reference>/sent/", commenting.comment_sent, name="comment_sent"),
    path("comment/<slug:reference>/waiting/", commenting.comment_waiting, name="comment_waiting"),
    path("report/<slug:reference>/", reporting.report, name="report"),
    path("report/<slug:reference>/sent/", reporting.report_sent, name="report_sent"),
    path("appeal/<str:token>/", appealing.appeal, name="appeal"),
    path("moderation/", transparency.transparency, name="transparency"),
    path("file/<uuid:uuid>/", files.file, name="file"),
]
