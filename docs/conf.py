"""How Sphinx builds the documentation: from what is on this machine alone, and without warnings."""

from __future__ import annotations

import importlib.metadata
import logging
import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "extensions"))

project = "catchup"
author = "The catchup authors"
copyright = author
release = importlib.metadata.version("catchup")

extensions = [
    "sphinx.ext.autodoc",
    "numpydoc",
    "myst_nb",
    "cyclopts.ext.sphinx",
    "docstrings",
    "mathml",
    "public_names",
]
exclude_patterns = ["extensions", "static"]
nitpicky = True
# Signatures also name types of other projects, whose documentation is not on this machine to be linked to, and of
# modules within a room, which are not public. What a room itself exports must be found.
nitpick_ignore_regex = [("py:.*", r"(?!catchup\.\w+\.\w+$).*")]

myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3

# Executed anew each time: a cache goes by a notebook's text, and its figures change with the model too.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300
# A profile of their own, so that neither a user's settings nor a kernel's remarks on its transport come into them.
profile = HERE.parent / "build" / "ipython" / "profile_default"
profile.mkdir(parents=True, exist_ok=True)
(profile / "ipython_kernel_config.py").write_text('get_config().IPKernelApp.log_level = "ERROR"\n', encoding="utf-8")
os.environ["IPYTHONDIR"] = str(profile.parent)
for talkative in ("pytensor", "traitlets"):
    logging.getLogger(talkative).setLevel(logging.WARNING)

add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 140
default_role = "code"
numpydoc_show_class_members = False

pygments_dark_style = "a11y-high-contrast-dark"
html_theme = "furo"
html_title = "catchup"
html_math_renderer = "mathml"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
