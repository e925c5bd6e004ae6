from django.apps import AppConfig


class BasePageConfig(AppConfig):
    name = "example_site.basepage"
    default_auto_field = "django.db.models.BigAutoField"
