from django.urls import path

from example_site.styleguide import views

app_name = "styleguide"
urlpatterns = [
    path("", views.styleguide, name="index"),
    path("fejl/", views.errors, name="errors"),
    path("kvittering/", views.receipt, name="receipt"),
    path("mail/", views.mail, name="mail"),
    path("lignende/", views.similar, name="similar"),
    path("<slug:picture>.svg", views.picture, name="picture"),
]
