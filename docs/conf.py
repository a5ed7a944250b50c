"""How Sphinx builds the site: `make docs`. It needs no network, and nor does what it builds."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

project = "handconv"
author = "the authors of handconv"
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "numpydoc",
    "myst_nb",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "gallery", "gallery_built/*.ipynb"]
templates_path = ["_templates"]
default_role = "py:obj"  # `name` in a docstring is a link where there is such a thing

# pages in Markdown, and the notebook, which is run anew by every build
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 600  # seconds for a cell
nb_ipywidgets_js = {}  # scripts of a content network; no page has widgets

# docstrings
autosummary_generate = True
autodoc_typehints = "none"  # the docstrings say what matters: shapes, units and ranges
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
numpydoc_show_class_members = False  # autodoc lists them

# examples
sphinx_gallery_conf = {
    "examples_dirs": "gallery",
    "gallery_dirs": "gallery_built",
    "filename_pattern": r"\.py$",  # all are run
    "within_subsection_order": "FileNameSortKey",
    "abort_on_example_error": True,
    "capture_repr": (),
    "backreferences_dir": "gallery_built/backreferences",
    "doc_module": ("handconv", "learned"),
    "download_all_examples": False,
    "show_signature": False,
    "show_memory": False,
    "write_computation_times": False,
    "remove_config_comments": True,
    "image_srcset": ["2x"],
}

html_theme = "furo"
html_title = "handconv"
html_static_path = ["_static"]
html_css_files = ["handconv.css"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0072B2", "color-brand-content": "#0072B2"},
    "dark_css_variables": {"color-brand-primary": "#56B4E9", "color-brand-content": "#56B4E9"},
}
