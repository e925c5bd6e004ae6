import os
import sys
from pathlib import Path

import django
from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_site.settings")
django.setup()

import wagtail_borgerdialog  # noqa: E402

project = "wagtail-borgerdialog"
author = "The wagtail-borgerdialog contributors"
project_copyright = "2026, " + author
release = wagtail_borgerdialog.__version__

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


class Elements(Directive):
    """What each element is given: the comment at the top of its template."""

    def run(self) -> list[nodes.Node]:
        folder = (
            Path(wagtail_borgerdialog.__file__).parent / "templates/wagtail_borgerdialog/elements"
        )
        found: list[nodes.Node] = []
        for path in sorted(folder.glob("*.html")):
            _, _, rest = path.read_text(encoding="utf-8").partition("{% comment %}")
            words, _, _ = rest.partition("{% endcomment %}")
            what, _, given = words.strip().partition("\n\n")
            section = nodes.section(ids=[nodes.make_id(f"element-{path.stem}")])
            section += nodes.title(text=path.name)
            section += nodes.paragraph(text=" ".join(what.split()))
            if given.strip():
                section += nodes.literal_block(text=given.rstrip(), language="text")
            found.append(section)
        return found


def setup(app: Sphinx) -> None:
    app.add_directive("elements", Elements)
