"""The numbers that outlines of pages get are those that Sphinx gives to the pages themselves."""

import random

import pytest
from test_theorems import build

#: Asks Sphinx for the numbers of the whole pages, in each build, and says where ours differ.
CONF = """
from _ext.page import numbered

extensions = ["myst_parser", "_ext.page.numbered"]
myst_enable_extensions = ["dollarmath", "colon_fence"]
numfig = True
suppress_warnings = ["myst.header"]


def compare(app, env):
    ours, env.toc_fignumbers = env.toc_fignumbers, {}
    numbered.number_pages(None, env)
    count = sum(len(ids) for kinds in ours.values() for ids in kinds.values())
    whole = list(env.toc_fignumbers.items()) == list(ours.items())
    (app.outdir.parent / "compared").write_text(f"{count} {whole}")
    return []


def setup(app):
    app.connect("env-get-updated", compare, priority=990)
"""

PIECES = [
    "Words, $x$, and *more*.",
    "## A section",
    "### A section in it",
    "$$\nx = {i}\n$$ (eq-{page}-{i})",
    "$$\ny = {i}\n$$",
    "```{{math}}\n:label: math-{page}-{i}\n\nz = {i}\n```",
    ":::{{figure}} square.svg\n:name: fig-{page}-{i}\n\nA *square*.\n:::",
    ":::{{figure}} square.svg\n:name: bare-{page}-{i}\n:::",
    ":::{{table}} A table\n:name: tab-{page}-{i}\n\n| a |\n|---|\n| 1 |\n:::",
    "| b |\n|---|\n| 2 |",
    "```{{code-block}} text\n:caption: Code\n:name: code-{page}-{i}\n\ncode\n```",
    "```text\ncode\n```",
    "> $$\n> u = {i}\n> $$ (quoted-{page}-{i})",
    ":::{{note}}\n```{{math}}\n:label: noted-{page}-{i}\n\nv = {i}\n```\n:::",
]


def page(rng, name, *, contents=""):
    drawn = [piece.format(page=name, i=i) for i, piece in enumerate(rng.choices(PIECES, k=25))]
    drawn.insert(rng.randrange(len(drawn)), contents)
    return "\n\n".join([f"# {name}", *drawn]) + "\n"


@pytest.mark.slow
@pytest.mark.parametrize("numbered", ["", ":numbered:\n"])
@pytest.mark.parametrize("seed", range(3))
def test_outlines_get_the_numbers_of_their_pages(tmp_path, seed, numbered):
    rng = random.Random(seed)
    (tmp_path / "conf.py").write_text(CONF)
    (tmp_path / "square.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    inner = ":::{toctree}\ndeep\n:::"
    outer = f":::{{toctree}}\n{numbered}self\ntwo\nhttps://host.example\none\n:::"
    texts = {"index": outer, "one": "", "two": inner, "deep": ""}

    def numbers():
        assert build(tmp_path) == ""
        count, whole = (tmp_path / "compared").read_text().split()
        assert whole == "True"
        return int(count)

    for name, contents in texts.items():
        (tmp_path / f"{name}.md").write_text(page(rng, name, contents=contents))
    assert numbers() > 10
    for name in ("one", "deep"):
        (tmp_path / f"{name}.md").write_text(page(rng, name))
        assert numbers() > 10
    (tmp_path / "two.md").write_text("# two\n\n" + inner + "\n\n$$\nx\n$$ (eq-last)\n")
    assert numbers() > 10
