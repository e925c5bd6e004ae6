from example_site.settings import *

DEBUG = False
ALLOWED_HOSTS = ["*"]
# Real hashing costs a third of a second each time somebody is made or logs in.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
