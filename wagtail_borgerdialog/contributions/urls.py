from django.urls import path

from wagtail_borgerdialog.contributions.views import commenting, files, supporting

urlpatterns = [
    path("support/<slug:reference>/", supporting.support, name="support"),
    path("support/<slug:reference>/sent/", supporting.support_sent, name="support_sent"),
    path("comment/<slug:reference>/", commenting.comment, name="comment"),
    path("comment/<slug:reference>/sent/", commenting.comment_sent, name="comment_sent"),
    path("comment/<slug:reference>/waiting/", commenting.comment_waiting, name="comment_waiting"),
    path("file/<uuid:uuid>/", files.file, name="file"),
]
