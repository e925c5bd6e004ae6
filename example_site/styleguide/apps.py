from django.apps import AppConfig


class StyleguideConfig(AppConfig):
    name = "example_site.styleguide"
    label = "styleguide"
