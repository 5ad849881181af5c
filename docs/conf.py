"""How Sphinx builds the documentation: from what is on this machine alone, and without warnings."""

from __future__ import annotations

import importlib.metadata
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

project = "catchup"
author = "The catchup authors"
copyright = author
release = importlib.metadata.version("catchup")

extensions = ["sphinx.ext.autodoc", "numpydoc", "myst_nb", "cyclopts.ext.sphinx", "mathml", "public_names"]
exclude_patterns = ["extensions", "how-to/schedule"]
nitpicky = True
# Signatures also name types of other projects, whose documentation is not on this machine to be linked to, and of
# modules within a room, which are not public. What a room itself exports must be found.
nitpick_ignore_regex = [("py:.*", r"(?!catchup\.\w+\.\w+$).*")]

myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "cache"
nb_execution_raise_on_error = True
nb_execution_timeout = 300

add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_use_unqualified_type_names = True
numpydoc_show_class_members = False
numpydoc_show_inherited_class_members = False

html_theme = "furo"
html_title = "catchup"
html_math_renderer = "mathml"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
html_last_updated_fmt = None
