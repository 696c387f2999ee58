"""Formulas: rows joined as they belong, broken by the width of a page alone, in few elements."""

import doctest
import json
import re
import subprocess
from itertools import pairwise

import pytest
from _ext.page import code, mathematics, rows
from _ext.page.assets import PACKAGES, node
from checks import browsed
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize("module", [code, mathematics, rows])
def test_its_examples_are_true(module):
    assert doctest.testmod(module).failed == 0


# ---------- rows ----------

TERMS = st.sampled_from(["x", r"\frac{a = b}{c}", r"\lVert w \rVert^2", "f(x = 1)", r"\{u < v\}"])
RELATIONS = st.sampled_from(["=", r"\le", r"\ge", "<"])
SPACES = st.sampled_from(["", " ", r"\quad ", "{} ", r"\ "])


@st.composite
def lines(draw):
    """Return sides as they belong together, and how an author may have broken them."""
    wanted, written = [], []
    for i in range(draw(st.integers(1, 4))):
        left = draw(TERMS) if i == 0 or draw(st.booleans()) else ""
        relation, terms = draw(RELATIONS), draw(st.lists(TERMS, min_size=1, max_size=4))
        wanted.append((left, f"{relation} {' + '.join(terms)}"))
        line = f"{left} &{relation} {terms[0]}"
        if left and draw(st.booleans()):
            line = f"{left} \\\\ &{draw(SPACES)}{relation} {terms[0]}"
        for term in terms[1:]:
            line += draw(st.sampled_from([" + ", f" \\\\ &{draw(SPACES)}+ "])) + term
        written.append(line)
    return wanted, " \\\\\n".join(written)


@given(lines(), st.booleans())
def test_rows_are_joined_as_they_belong(given_lines, explicit):
    wanted, written = given_lines
    latex = rf"\begin{{aligned}}{written}\end{{aligned}}" if explicit else written
    found = rows.rows(latex)
    if r"\\" in written:
        assert found == wanted
    else:
        assert found is None


@pytest.mark.parametrize(
    "latex",
    [
        r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
        r"a &= b, & c &= d \\ e &= f, & g &= h",
        r"x = y",
    ],
)
def test_matrices_and_tables_are_left_alone(latex):
    assert rows.rows(latex) is None


# ---------- fewer elements, the same look ----------

FORMULAS = [
    *("x", "f(x) = 0", "w_{t+1}", "w^*", r"\lVert w_1 - w^* \rVert^2", "x_1^2 + y_2^2", "g'(x)"),
    *(r"p_k = p_i + p_j \ge 1", r"\tfrac12 x^\top A x", r"\frac{a_1 + b}{c^2}", r"e^{-x^2/2}"),
    *(r"\sqrt{x_i}", r"\hat y_k", r"\sum_{i<m} a_i \log p_i", r"\operatorname{E} e_t \xi_t = 0"),
    *(r"\bigl(x_t\bigr)^{n+1}", r"\mathbb{R}^d", r"f \colon A \to B", r"10^{-300}", r"\bar b_j"),
    *(r"\eta\,\langle v, \nabla f(w)\rangle", r"\begin{pmatrix} a_1 \\ b \end{pmatrix}", "a!b"),
    *(r"\max_{x \in C} f(x)", r"\left(\frac{x_1}{y}\right)^2", r"{}_1 x", "Y_{k_j}", r"\mathbf 1"),
]


def plainly_set(formulas):
    """Return what KaTeX makes of formulas."""
    script = (
        "const katex = require(process.argv[1]);"
        "const given = JSON.parse(require('fs').readFileSync(0, 'utf8'));"
        "const made = given.map((latex) => katex.renderToString(latex));"
        "process.stdout.write(JSON.stringify(made));"
    )
    done = subprocess.run(
        [node(), "-e", script, PACKAGES / "katex"],
        input=json.dumps(formulas),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@browsed
def test_fewer_elements_look_the_same(site, context):
    plain = plainly_set(FORMULAS)
    light = mathematics.render([(latex, False) for latex in FORMULAS])
    elements = [sum(len(re.findall("<[a-z]", one)) for one in made) for made in (plain, light)]
    assert elements[1] < 0.6 * elements[0]
    sizes = []
    page = context.new_page()
    page.goto(f"{site.as_uri()}/errata.html")  # for its style sheets
    for made in (plain, light):
        markup = "".join(f'<p class="one"><span class="math">{one}</span></p>' for one in made)
        page.evaluate(
            "(markup) => { document.querySelector('article').innerHTML = markup }", markup
        )
        page.evaluate("document.fonts.ready")
        sizes.append(
            page.evaluate(
                """[...document.querySelectorAll(".one .katex")].map((one) => {
                  const { width, height } = one.getBoundingClientRect();
                  return [width, height];
                })"""
            )
        )
    page.close()
    for latex, before, after in zip(FORMULAS, *sizes, strict=True):
        # KaTeX's tables have widths of whole pixels.
        assert after == pytest.approx(before, abs=1.1), latex


def test_what_has_no_order_of_its_own_is_mathml():
    linear, not_linear = mathematics.render([("f(x) = y + 1", False), ("w_1^2", False)])
    assert "<math" not in linear
    assert "aria-hidden" not in linear
    assert re.sub("<[^>]*>", "", linear) == "f(x)=y+1"
    assert "<msubsup><mi>w</mi><mn>1</mn><mn>2</mn></msubsup>" in not_linear
    assert "annotation" not in not_linear


# ---------- the browser ----------

PAGE = "part-1-optimization/gradient-descent.html"
LINES = """() => [...document.querySelectorAll(".katex-display > .katex > .katex-html")]
  .filter((formula) => formula.checkVisibility())
  .map((formula) => {
    const lines = new Map();
    let width = 0;
    for (const base of formula.children) {
      const { top, bottom, width: own, height } = base.getBoundingClientRect();
      const strut = base.querySelector(":scope > .strut")?.getBoundingClientRect();
      const place = Math.round(bottom + top);
      width += own;
      const line = [...lines.values()].find((one) => one.top < bottom && top < one.bottom);
      if (line) { line.top = Math.min(line.top, top); line.bottom = Math.max(line.bottom, bottom); }
      else lines.set(place, { top, bottom });
    }
    const frame = formula.closest(".math-wrapper").getBoundingClientRect().width;
    const ends = [...lines.values()].map(({ top, bottom }) => [top, bottom]);
    return { count: lines.size, width, frame, ends, text: formula.textContent };
  })"""


@browsed
def test_formulas_are_broken_by_the_width_alone(roots, context):
    page = context.new_page()
    counts = {}
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{roots['file']}/{PAGE}")
        found = page.evaluate(LINES)
        counts[width] = sum(one["count"] for one in found)
        for one in found:
            if one["count"] > 1:
                assert one["width"] > 0.5 * one["frame"], one["text"]
            for (_, above), (below, _) in zip(one["ends"], one["ends"][1:], strict=False):
                assert below >= above, one["text"]  # rows do not touch
        scrolling = page.evaluate(
            """[...document.querySelectorAll(".math-wrapper")]
              .filter((one) => one.scrollWidth > one.clientWidth).length"""
        )
        assert scrolling == 0
    assert counts[360] > counts[1280]
    page.close()


BASES = """() => [...document.querySelectorAll(".one .base")].map((base) => {
  const { top, bottom } = base.getBoundingClientRect();
  return [base.textContent.match(/[a-z]/)[0], (top + bottom) / 2];
})"""


@browsed
@pytest.mark.parametrize(
    "latex",
    [
        r"a + aa = aaa + a, \qquad b = bbb + bb",
        r"a = aa, \quad b + b = bb, \quad c + ccc = c + cc",
        r"aaa, \qquad bbbb + bbb = bbbb + bbb \quad c < ccc",
    ],
)
def test_what_stands_behind_a_wide_space_goes_to_the_next_line_whole(site, context, latex):
    (made,) = mathematics.render([(latex, True)])
    page = context.new_page()
    page.goto(f"{site.as_uri()}/errata.html")  # for its style sheets
    markup = f'<div class="one">{made}</div>'
    page.evaluate("(markup) => { document.querySelector('article').innerHTML = markup }", markup)
    page.evaluate("document.fonts.ready")
    counts = set()
    for width in range(100, 640, 30):
        page.evaluate(f"document.querySelector('.one').style.width = '{width}px'")
        bases = page.evaluate(BASES)
        lines = {}  # of each letter
        line = 0
        for before, (letter, middle) in zip([bases[0], *bases], bases, strict=False):
            line += middle - before[1] > 8
            lines.setdefault(letter, []).append(line)
        for (_, before), (letter, here) in pairwise(lines.items()):
            assert here[0] == here[-1] or here[0] > before[-1], (width, letter)
        counts.add(line)
    assert len(counts) > 2
    page.close()


@browsed
def test_what_computes_numbers_is_shown_to_who_follows_one(roots, context):
    page = context.new_page()
    page.goto(f"{roots['file']}/{PAGE}")
    hidden = page.locator(".cell.dl-glue")
    assert hidden.count()
    assert not any(cell.is_visible() for cell in hidden.all())
    label = hidden.first.get_attribute("id")
    page.evaluate("(id) => { location.hash = id }", label)
    hidden.first.locator("pre").wait_for(state="visible")
    page.emulate_media(media="print")
    assert not hidden.nth(1).is_visible()
    page.close()


@browsed
def test_scripts_stand_where_katex_sets_them(roots, context):
    """A theme's own rules for sub and sup would add to the shift."""
    page = context.new_page()
    page.goto(f"{roots['file']}/{PAGE}")
    shifts = page.evaluate(
        """[...document.querySelectorAll(".katex :is(sub, sup)")]
          .filter((one) => !one.hasAttribute("style"))
          .map((one) => {
            const { position, verticalAlign, fontSize } = getComputedStyle(one);
            return [one.tagName, position, parseFloat(verticalAlign) / parseFloat(fontSize)];
          })"""
    )
    assert len(shifts) > 100
    for tag, position, shift in shifts:
        assert position == "static"
        assert shift == pytest.approx({"SUB": -0.2143, "SUP": 0.5186}[tag], abs=1e-3)
    page.close()
