"""The example site as it runs in production: DEBUG off, and with it templates cached."""

import os

os.environ.setdefault("EXAMPLE_SITE_DEBUG", "0")

from example_site.settings import *
from example_site.settings import DATABASES

DEBUG = False
# One connection from start to end: what its server process costs is read from outside.
DATABASES["default"]["CONN_MAX_AGE"] = None
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
# Nobody logs in with a password here, and real hashing would make the filling slow.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
