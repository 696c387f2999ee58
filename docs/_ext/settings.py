"""The settings that every book built with these extensions shares.

A ``conf.py`` takes them with ``from _ext.settings import *`` and adds its own facts. Paths
are absolute, so that a book in another folder uses the same style, inventories and packages.
"""

from pathlib import Path

from _ext.page.typehints import NumPyNames

_DOCS = Path(__file__).parents[1]

extensions = [
    "myst_nb",  # brings myst_parser, which must not be listed beside it
    "sphinx.ext.autodoc",
    "sphinx.ext.intersphinx",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_autodoc_typehints",  # after napoleon
    "sphinx_codeautolink",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinxcontrib.bibtex",
    "_ext.cells.downloads",
    "_ext.cells.execution",
    "_ext.cells.figures",
    "_ext.cells.folds",
    "_ext.cells.gallery",
    "_ext.cells.numbers",
    "_ext.cells.run",
    "_ext.cells.steppers",
    "_ext.logic.arguments",
    "_ext.logic.arrange",
    "_ext.logic.course",
    "_ext.logic.exercises",
    "_ext.logic.formal",
    "_ext.logic.statements",
    "_ext.logic.tested",
    "_ext.logic.theorems",
    "_ext.page.assets",
    "_ext.page.citations",
    "_ext.page.code",
    "_ext.page.derivatives",
    "_ext.page.fixes",
    "_ext.page.form",
    "_ext.page.glossary",
    "_ext.page.head",
    "_ext.page.lists",
    "_ext.page.maps",
    "_ext.page.mathematics",
    "_ext.page.numbered",
    "_ext.page.outline",
    "_ext.page.pictures",
    "_ext.page.prose",
    "_ext.page.search",
    "_ext.page.summary",
    "_ext.page.typehints",
]

# Sphinx
language = "en"
nitpicky = True
numfig = True
exclude_patterns = [
    "_build",
    "_ext",
    "_inventories",
    "_static",
    "node_modules",
    "**/.ipynb_checkpoints",
]
add_module_names = False
modindex_common_prefix = ["dlbook."]
toc_object_entries_show_parents = "hide"
pygments_style = "a11y-light"
pygments_dark_style = "a11y-dark"

# Chapters
myst_enable_extensions = [
    "amsmath",
    "attrs_block",
    "attrs_inline",
    "colon_fence",
    "deflist",
    "dollarmath",
]
myst_dmath_double_inline = True
myst_heading_anchors = 3
nb_code_prompt_show = "Numbers that the text prints"  # but see folds.py
nb_code_prompt_hide = "Hide the numbers that the text prints"
nb_execution_mode = "cache"
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_execution_timeout = 600
nb_merge_streams = True
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # the default loads scripts from another host
bibtex_bibfiles: list[str] = []
bibtex_default_style = "author-year"
bibtex_reference_style = "label"
codeautolink_concat_default = True
codeautolink_autodoc_inject = False
copybutton_exclude = ".linenos, .gp, .go"

# Reference
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False
python_display_short_literal_types = True
typehints_defaults = "comma"
typehints_document_rtype_none = False
typehints_formatter = NumPyNames()
always_use_bars_union = True
intersphinx_mapping = {
    name: (address, str(_DOCS / "_inventories" / f"{name}.inv"))
    for name, address in {
        "python": "https://docs.python.org/3",
        "numpy": "https://numpy.org/doc/stable",
        "matplotlib": "https://matplotlib.org/stable",
    }.items()
}

# Pages
html_theme = "furo"
html_theme_options: dict[str, object] = {"top_of_page_buttons": []}
html_static_path = [str(_DOCS / "_static")]
html_css_files = ["dlbook.css"]
html_js_files = [(name, {"defer": "defer"}) for name in ("dlbook.js", "print.js")]
html_favicon = str(_DOCS / "_static" / "favicon.svg")
html_copy_source = False  # downloads.py hands out each chapter as .md and .ipynb
html_show_sourcelink = False
html_show_sphinx = False  # the credits name all that the site is made of
