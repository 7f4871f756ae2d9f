"""Sphinx builds the documentation from Markdown; what describes code is generated from the code."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from generate import write  # noqa: E402  (it lies beside this file)

from doideposit import __version__  # noqa: E402

write(HERE / "reference" / "generated")

project = "doideposit"
author = "The doideposit developers"
copyright = "2026, The doideposit developers"
release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
default_role = "code"
language = "en"

html_theme = "furo"
html_title = f"doideposit {release}"
html_copy_source = False
html_show_sphinx = False
html_static_path = ["style"]
html_css_files = ["pages.css"]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_typehints = "description"
autodoc_member_order = "bysource"
autodoc_class_signature = "separated"
autodoc_default_options = {"exclude-members": "__init__, __new__"}
nitpicky = False
