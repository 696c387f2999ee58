"""Numbers typed in prose are found; those whose form says where they are from are not."""

import doctest

import pytest
from _ext.cells.numbers import computed
from _ext.logic.theorems import proof, result
from _ext.page import prose
from docutils import nodes


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It reached 0.94, then 94.4% and 94.4 per cent.", ["0.94", "94.4%", "94.4 per cent"]),
        ("After 60,000 images", ["60,000"]),
        ("an error of 1e-3 or .5", ["1e-3", ".5"]),
        ("from 12 to -13", ["12", "-13"]),
        ("Of 5 % we say", ["5 %"]),
        ("It ends with 42.", ["42"]),
        ("three runs of 2 seeds", []),
        ("Chapter 16, Figure 2.1 and sections 10, 11 and 12", []),
        ("chapter 16 took 12 seconds", ["12"]),
        ("Python 3.11", []),
        ("In 1951 Robbins and Monro; in 1986, others; since 2012", []),
        ("in 2000 steps", ["2000"]),
        ("it took 15 minutes", ["15"]),
        ("MNIST-10, x86, W12, 10-fold and 2nd", []),
    ],
)
def test_typed_numbers(text, found):
    assert prose.typed_numbers(text) == found


def test_its_examples_are_true():
    assert doctest.testmod(prose).failed == 0


def section(*children):
    return nodes.section("", nodes.title("", "12. A chapter"), *children)


def found_in(*children):
    return [number for _, number in prose.suspects(section(*children))]


def paragraph(*children):
    return nodes.paragraph("", "", *children)


def test_prose_is_searched_wherever_it_stands():
    item = nodes.bullet_list("", nodes.list_item("", paragraph(nodes.Text("in a list 11"))))
    note = nodes.note("", paragraph(nodes.Text("aside 12")))
    caption = nodes.figure("", nodes.image(uri="x"), nodes.caption("", "drawn 13"))
    strong = paragraph(nodes.Text("it is "), nodes.strong("", "14"))
    assert found_in(item, note, caption, strong) == ["11", "12", "13", "14"]


@pytest.mark.parametrize(
    "node",
    [
        nodes.literal("", "0.5"),
        nodes.math("", "0.5"),
        nodes.reference("", "0.5", refuri="x"),
        nodes.citation_reference("", "0.5"),
        nodes.raw("", "0.5", format="html"),
        computed("", "0.5"),
    ],
)
def test_what_says_where_it_is_from_passes(node):
    assert found_in(paragraph(nodes.Text("it is "), node)) == []
    assert found_in(paragraph(nodes.Text("it is "), node, nodes.Text(" of 0.7"))) == ["0.7"]


def test_statements_and_proofs_pass():
    text = paragraph(nodes.Text("at most 0.5"))
    for kind in (result, proof):
        assert found_in(kind("", text.deepcopy(), classes=["dl-result"])) == []
    assert found_in(nodes.admonition("", text.deepcopy(), classes=["proofreading"])) == ["0.5"]


def test_a_definition_list_is_prose():
    item = nodes.definition_list_item("", nodes.term("", "after 11 steps"))
    item += nodes.definition("", paragraph(nodes.Text("it reached 0.94")))
    assert found_in(nodes.definition_list("", item)) == ["11", "0.94"]


def test_code_and_the_output_of_cells_pass():
    assert found_in(nodes.literal_block("", "x = 0.5")) == []
    output = nodes.container("", paragraph(nodes.Text("0.5")), nb_element="cell_code")
    assert found_in(output) == []


def test_how_long_an_exercise_takes_passes():
    facts = paragraph(nodes.Text("15 minutes"))
    assert found_in(facts) == ["15"]
    facts["classes"] = ["dl-exercise-facts"]
    assert found_in(nodes.section("", facts)) == []


def test_a_name_may_stand_apart_from_its_number():
    assert found_in(paragraph(nodes.Text("chapter "), nodes.emphasis("", "16"))) == []
