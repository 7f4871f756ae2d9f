"""Sphinx builds the documentation from Markdown; what describes code is generated from the code."""

from doideposit import __version__

project = "doideposit"
author = "The doideposit developers"
copyright = "2026, The doideposit developers"
release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_click"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"doideposit {release}"
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
autodoc_typehints = "description"
autodoc_member_order = "bysource"
nitpicky = False
