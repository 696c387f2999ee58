"""Every checker: right answers of any style pass, typical wrong ones do not, and are told why."""

import answers_agnostic  # noqa: F401
import answers_autodiff as autodiff
import answers_backpropagation  # noqa: F401
import answers_cifar  # noqa: F401
import answers_circulants  # noqa: F401 - enters its answers
import answers_convexity as convexity
import answers_convolution  # noqa: F401
import answers_critical_points  # noqa: F401 - enters its answers
import answers_descent as descent
import answers_diagnosis  # noqa: F401
import answers_differences  # noqa: F401
import answers_dual_numbers  # noqa: F401
import answers_engine  # noqa: F401
import answers_entropic_projection  # noqa: F401
import answers_graphs as graphs
import answers_initialisation  # noqa: F401
import answers_interpolation  # noqa: F401
import answers_level_sets  # noqa: F401
import answers_mnist  # noqa: F401
import answers_momentum  # noqa: F401
import answers_protocol  # noqa: F401
import answers_pytorch  # noqa: F401
import answers_softmax  # noqa: F401
import answers_stochastic  # noqa: F401
import numpy as np
import pytest
from answers import RIGHT, WRONG

from dlbook.exercises import check, checking, names
from dlbook.exercises.checking import CHECKERS


def cases(answers):
    """Return what plain `pytest` runs, the first of each exercise, and the rest as slow."""
    return [
        pytest.param(name, function, marks=[pytest.mark.slow] * (i > 0))
        for name, functions in answers.items()
        for i, function in enumerate(functions)
    ]


def label(value):
    return getattr(value, "__name__", value)


@pytest.mark.parametrize(("name", "function"), cases(RIGHT), ids=label)
def test_a_right_answer_passes(name, function):
    result = check(name, function)
    assert result.passed, result
    assert result.cases >= 100


@pytest.fixture
def hasty(monkeypatch):
    """Have the first case that is answered incorrectly shown, and no smaller one looked for."""
    for limit in ("_LINES_FOR_SHRINKING", "_SECONDS_OF_WORK", "_SECONDS_OF_WAITING"):
        monkeypatch.setattr(checking, limit, -1)


#: Wrong answers whose mistake is that they raise; all others return something wrong.
RAISING = {
    "backpropagation-descent": {"two_inputs_and_two_units"},
    "convex-dent": {"cannot_take_short_lists"},
    "convex-least-squares": {"needs_full_rank"},
    "convex-slopes": {"divides_by_nothing"},
    "dag-all-orders": {"raises_for_a_cycle"},
    "dag-find-cycle": {"never_marks_what_it_left"},
    "dag-longest-path": {"fails_on_the_empty_graph"},
    "dag-topological-sort": {"raises_another_error"},
    "forward-quotient": {"refuses_a_zero_tangent", "divides_by_a_zero"},
    "graph-evaluate": {"in_the_order_given", "by_name"},
    "nearest-interpolant": {"needs_independent_rows"},
    "newton-minimiser": {"refuses_always", "wants_a_dominant_diagonal", "wants_negative_definite"},
}


@pytest.mark.parametrize(("name", "function"), cases(WRONG), ids=label)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # a reader's answer may overflow
@pytest.mark.usefixtures("hasty")
def test_a_wrong_answer_is_caught(name, function):
    result = check(name, function)
    assert not result.passed
    assert result.wrong
    assert "cannot be examined" not in result.wrong
    raised = result.returned.startswith("nothing: it raised")
    assert raised == (label(function) in RAISING.get(name, ()))
    assert eval(result.given) is not None  # it can be pasted


def scaled(returned, factor):
    """Return an answer with all its numbers multiplied."""
    if isinstance(returned, dict):
        return {name: scaled(value, factor) for name, value in returned.items()}
    if isinstance(returned, (list, tuple)):
        return [scaled(value, factor) for value in returned]
    return returned * factor


#: Whose answers are words, counts or lists of them, or numbers that have to be exact.
EXACT = [
    "better-candidates",
    "better-early-stopping",
    "build-sweep",
    "circulant-inverse",
    "circulant-matrix",
    "circulant-witness",
    "conv-backward",
    "conv-size",
    "convex-dent",
    "convex-not",
    "corrupt-labels",
    "critical-flat",
    "critical-sort",
    "dag-all-orders",
    "dag-edges",
    "dag-find-cycle",
    "dag-longest-path",
    "dag-sources-everywhere",
    "dag-topological-sort",
    "dag-two-chains",
    "dag-unique-order",
    "descent-smooth",
    "diagnosis-confusion",
    "diagnosis-constant-class",
    "diagnosis-dead-units",
    "diagnosis-growing-modes",
    "diagnosis-runs",
    "diff-complex",
    "forward-jvp",
    "forward-mixed",
    "forward-taylor",
    "graph-count-calls",
    "graph-evaluate",
    "graph-powers",
    "graph-visits-b",
    "initialisation-groups",
    "mnist-chance",
    "mnist-parameters",
    "mnist-penalty",
    "mnist-split",
    "pool-backward",
    "reverse-by-hand",
    "reverse-sweep",
    "reverse-which",
]


@pytest.mark.parametrize("name", [name for name in CHECKERS if name not in EXACT])
@pytest.mark.usefixtures("hasty")
def test_numbers_a_ten_thousandth_off_are_caught(name):
    right = RIGHT[name][0]
    for factor in (1.0001, 0.9999):
        assert not check(name, lambda given, by=factor: scaled(right(given), by)).passed


@pytest.mark.parametrize("name", ["descent-average", "diff-weights", "layer-adjoints"])
def test_another_order_of_the_sums_is_right(name):
    right = RIGHT[name][0]
    assert check(name, lambda given: scaled(right(given), 1 + 1e-12)).passed


@pytest.mark.parametrize("name", names())
def test_enough_answers_are_tried(name):
    right, wrong = len(RIGHT.get(name, [])), len(WRONG.get(name, []))
    assert right >= 3, f"{name} has {right} right answers; give it at least 3"
    assert wrong >= 12, f"{name} has {wrong} wrong answers; give it at least 12"


def test_no_answers_are_left_without_a_checker():
    assert sorted({*RIGHT, *WRONG} - {*names()}) == []


# ---- answers of the wrong kind ----------------------------------------------------------


def as_text(value):
    """Return an answer with each number in it as text."""
    if isinstance(value, dict):
        return {key: as_text(one) for key, one in value.items()}
    if isinstance(value, list | tuple | np.ndarray) and np.ndim(value):
        return [as_text(one) for one in value]
    return None if value is None else str(value)


NUMBERS = [name for name in CHECKERS if name not in ("dag-topological-sort", "dag-find-cycle")]
NUMBERS.remove("dag-all-orders")
for words in (
    "agnostic-additions",
    "critical-flat",
    "critical-sort",
    "dag-edges",
    "dag-sources-everywhere",
    "dag-unique-order",
    "diagnosis-runs",
):
    NUMBERS.remove(words)


@pytest.mark.parametrize("name", NUMBERS)
def test_text_is_no_number(name):
    result = check(name, lambda given: as_text(RIGHT[name][0](given)))
    assert not result.passed
    assert "is a str; expected a" in result.wrong


@pytest.mark.parametrize("name", NUMBERS)
def test_no_number_is_called_so(name):
    def spoilt(value):
        if isinstance(value, dict):
            return {key: spoilt(one) for key, one in value.items()}
        if isinstance(value, list | tuple | np.ndarray) and np.ndim(value):
            return [spoilt(one) for one in value]
        return None if value is None else np.nan

    result = check(name, lambda given: spoilt(RIGHT[name][0](given)))
    assert not result.passed
    assert "nan is no number" in result.wrong


def template(given): ...


def template_with_words(given):
    """Say what it does."""
    pass  # fmt: skip


@pytest.mark.parametrize("name", CHECKERS)
@pytest.mark.parametrize("function", [template, template_with_words])
def test_a_template_is_recognised(name, function):
    assert "the template is not filled in yet" in check(name, function).wrong


@pytest.mark.parametrize("name", CHECKERS)
def test_a_missing_return_is_recognised(name):
    def forgets(given):
        RIGHT[name][0](given)

    def prints(given):
        answer = RIGHT[name][0](given)
        if answer is not None:
            print("here")

    assert check(name, prints).wrong == "it printed here and returned None: did you mean return?"
    if CHECKERS[name].may_be_none:
        assert "None" not in check(name, forgets).wrong
    else:
        assert check(name, forgets).wrong == "it returned None: is a return missing?"


@pytest.mark.parametrize(
    ("name", "returned", "words"),
    [
        ("descent-lipschitz", "1.0", "it is a str; expected a number"),
        ("descent-lipschitz", [1.0], "it is a list; expected a number"),
        ("descent-lipschitz", np.ones(1), "it is an array of shape (1,); expected a number"),
        ("descent-lipschitz", float("inf"), "it is inf, and inf is no finite number"),
        ("descent-lipschitz", 1j, "it is complex; expected a real number"),
        ("descent-lipschitz", False, "it is a bool; expected a number"),
        ("descent-regret", 1.0, "it is a float; expected three numbers"),
        ("descent-regret", (1, 2), "it has 2 entries; expected three numbers"),
        ("descent-regret", ("1", "2", "3"), "entry 0 is a str; expected a number"),
        ("descent-average", 1.0, "it is a float; expected a list of 1 number"),
        ("descent-average", np.float64(1), "it is a float64; expected a list of 1 number"),
        ("descent-average", np.ones((1, 1)), "an array of shape (1, 1); expected a list of 1"),
        ("convex-slopes", {0: -1, 1: -1}, "it is a dict; expected a list of 1 number"),
        ("convex-slopes", [False], "entry 0 is a bool; expected a number"),
        ("convex-slopes", [], "it has 0 entries; expected a list of 1 number"),
        ("convex-slopes", "0", "it is a str; expected a list of 1 number"),
        ("convex-dent", [1], "it is a list; expected an integer or None"),
        ("convex-dent", 0.5, "0.5 is not an integer"),
        ("dag-longest-path", None, "it returned None: is a return missing?"),
        ("graph-evaluate", [0], "it is a list; expected a dictionary"),
        ("reverse-sweep", {}, "it is a dict; expected a list of 1 number"),
        ("reverse-sweep", [1.0000001], "the adjoint of line 0 is 1, not 1.0000001"),
        ("layer-adjoints", {"W": [[0]], "b": [0]}, "it has no 'X'; expected a dictionary with"),
        ("layer-adjoints", {"W": 0, "b": [0], "X": [[0]]}, "expected a list of 1 row of 1 number"),
        ("layer-adjoints", {"W": [0], "b": [0], "X": [[0]]}, "row 0 of the adjoint of 'W' is an"),
    ],
)
def test_the_wrong_kind_is_named(name, returned, words):
    assert words in check(name, lambda given: returned).wrong


@pytest.mark.parametrize("name", ["convex-dent", "descent-lipschitz", "dag-longest-path"])
def test_a_generator_is_called_so(name):
    def generates(given):
        yield 0

    result = check(name, generates)
    assert "it is a generator; expected" in result.wrong
    assert result.returned == "[0], from a generator"


@pytest.mark.parametrize("number", [np.float32, np.float64, np.int64, np.array, float])
def test_a_number_is_a_number_of_any_type(number):
    def visits(graph):
        return {v: number(n) for v, n in autodiff.adds_what_it_knows(graph).items()}

    assert check("graph-count-calls", visits)


# ---- counterexamples --------------------------------------------------------------------


def test_a_counterexample_is_as_small_as_can_be():
    assert len(eval(check("convex-dent", convexity.never_a_dent).given)) == 3
    assert len(eval(check("convex-dent", convexity.looks_at_the_first_seven).given)) == 9
    assert len(eval(check("convex-slopes", convexity.flat_from_eight_on).given)) == 8
    assert check("dag-topological-sort", graphs.forgets_to_reverse).given == "{'a': ['b'], 'b': []}"
    assert len(eval(check("dag-topological-sort", graphs.sorts_five_nodes).given)) == 6
    assert len(eval(check("dag-find-cycle", graphs.finds_short_ones_only).given)) == 6


@pytest.mark.parametrize("answer", [autodiff.operands_reversed, autodiff.operands_sorted])
def test_a_counterexample_has_no_superfluous_vertex(answer):
    program = eval(check("graph-evaluate", answer).given)
    needed = {u for line in program.values() if isinstance(line, tuple) for u in line[1:]}
    assert len(program.keys() - needed) == 1
    assert sorted(program) == list("abc")


def test_where_a_layer_lacks_its_activation_it_is_said():
    [forgets, *_] = WRONG["layer-adjoints"]
    assert "pass the adjoint back through tanh first" in check("layer-adjoints", forgets).wrong


def test_a_complaint_says_what_a_reader_needs():
    least = check("descent-lipschitz", lambda matrix: np.linalg.eigvalsh(np.array(matrix)).max())
    assert least.given == "[[-1.0]]"
    assert least.wrong == "for x - y = [1.0], of length 1, the gradients differ by 1"
    early = check("descent-regret", descent.stops_one_point_early)
    assert early.given == "{'steps': [1.0], 'rate': 0.125, 'target': 0.0}"
    assert early.wrong == "the second number is (w_2 - w*)² = 0.015625, as w_2 = -0.125"
