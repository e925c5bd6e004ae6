from example_site.settings_swapped import *
from tests.settings import ALLOWED_HOSTS, DEBUG, PASSWORD_HASHERS

__all__ = ["ALLOWED_HOSTS", "DEBUG", "PASSWORD_HASHERS"]
