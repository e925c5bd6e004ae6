import os
import sys
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_site.settings")
django.setup()

from wagtail_borgerdialog import __version__  # noqa: E402

project = "wagtail-borgerdialog"
author = "The wagtail-borgerdialog contributors"
project_copyright = "2026, " + author
release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
myst_enable_extensions = ["colon_fence", "deflist", "attrs_block"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"

html_theme = "furo"
html_title = project
html_copy_source = False
# Nothing is fetched from elsewhere: not while building, not while reading.
html_theme_options = {"source_repository": "", "top_of_page_buttons": []}
