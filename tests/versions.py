"""Assert what is installed: ``python -I tests/versions.py wagtail=7.4 django=5.2``.

Some add-ons silently bring another Wagtail or Django than the environment asked for.
"""

import sys
from importlib.metadata import version

wrong = []
for wanted in sys.argv[1:]:
    name, _, expected = wanted.partition("=")
    installed = version(name)
    print(f"{name} {installed}")
    if not f"{installed}.".startswith(f"{expected}."):
        wrong.append(f"{name} {expected} was asked for, {installed} is installed")
sys.exit("\n".join(wrong) or None)
