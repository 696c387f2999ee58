"""What the strategies of `tests/theorems` draw: not the special cases alone.

A statement that is tried on diagonal matrices, or on one group of channels, is not tried on what
it is about; and its module stays green. So each strategy is asked for instances of every kind.
"""

import sys
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import Phase, find, settings

sys.path.insert(0, str(Path(__file__).parent / "theorems"))

import circulant_instances as circulant
import conv_instances as conv
import convex_instances as convex
import descents
import difference_instances as difference
import interpolation_instances as interpolation
import momentum_instances as momentum
import newton_instances as newton
import saddle_instances as saddle
import smooth_instances as smooth
import softmax_instances as softmax
import strategies
import sweeps
import test_array_engine
import test_forward_cost
import test_hoeffding_answer
import test_nested_units
import test_one_sided
import test_sweeps_agree


def diagonal(matrix):
    return np.array_equal(matrix, np.diag(np.diag(matrix)))


def curvature(f):
    return f.hessian(np.zeros(2))


def operations(program):
    return {name for name, *_ in program.lines}


#: A strategy, and what is among the first hundred instances that it draws.
KINDS = {
    "rings": (
        circulant.rings,
        {"the integers": lambda m: m == 0, "a field": lambda m: m == 17, "none": lambda m: m == 6},
    ),
    "vectors over a ring": (
        circulant.vectors_over(4),
        {"not symmetric": lambda a: a[1] != a[3], "negative": lambda a: a.min() < 0},
    ),
    "convex functions": (
        convex.convex_functions(2),
        {
            "not quadratic": lambda g: np.any(g.A),
            "not separable": lambda g: not diagonal(g.Q),
            "not separable in what bends": lambda g: not diagonal(g.A.T @ g.A),
            "with a slope": lambda g: np.any(g.c),
            "not strictly": lambda g: np.linalg.matrix_rank(curvature(g)) < 2,
        },
    ),
    "strictly convex functions": (
        convex.strictly_convex_functions(2),
        {
            "barely": lambda g: np.linalg.eigvalsh(g.Q)[0] < 0.6,
            "not separable": lambda g: g.Q[0, 1],
        },
    ),
    "matrices": (
        convex.matrices(2, 2),
        {
            "not symmetric": lambda A: A[0, 1] != A[1, 0],
            "singular": lambda A: np.any(A) and np.linalg.matrix_rank(A) == 1,
            "negative": lambda A: A.min() < 0,
        },
    ),
    "points": (
        convex.points(2),
        {"two": lambda xs: len(xs) == 2, "more": lambda xs: len(xs) > 3},
    ),
    "layers": (
        conv.layers(),
        {
            "padded": lambda case: case[2] > 0,
            "not padded": lambda case: case[2] == 0,
            "with a stride": lambda case: case[3] > 1,
            "dilated": lambda case: case[4] > 1,
            "in groups": lambda case: case[5] > 1,
            "in groups of channels": lambda case: case[5] > 1 and case[1].shape[1] > 1,
            "of images": lambda case: case[0].shape[0] > 1,
            "not square": lambda case: case[0].shape[2] != case[0].shape[3],
            "with an oblong kernel": lambda case: case[1].shape[2] != case[1].shape[3],
        },
    ),
    "sums of log cosh": (
        descents.sums_of_log_cosh(2),
        {
            "of several": lambda drawn: len(drawn[1]) > 1,
            "slanting": lambda drawn: drawn[1][0].all(),
        },
    ),
    "vectors": (
        descents.vectors(2),
        {"negative": lambda w: w.min() < 0, "positive": lambda w: w.min() > 0},
    ),
    "sines": (
        difference.sines(2),
        {
            "bending up": lambda drawn: drawn[0](0.0, 2) > 0,
            "bending down": lambda drawn: drawn[0](0.0, 2) < 0,
            "nearly at the bound": lambda drawn: abs(drawn[0](0.0, 2)) > 0.9 * drawn[1],
        },
    ),
    "programs with errors": (
        difference.programs(lambda u: 0.0, (0.0, 1.0), 1.0),
        {
            "both up": lambda values: min(values) > 0,
            "apart": lambda values: values[0] * values[1] < 0,
            "large": lambda values: max(map(abs, values)) > 0.9,
        },
    ),
    "point sets": (
        interpolation.point_sets(),
        {
            "in the plane": lambda x: x.shape[1] == 2,
            "of several": lambda x: len(x) > 2,
            "with one coordinate in common": lambda x: len(np.unique(x[:, 0])) < len(x),
        },
    ),
    "rows and values": (
        interpolation.rows_and_values(),
        {
            "two rows": lambda drawn: len(drawn[0]) == 2,
            "independent": lambda drawn: np.linalg.matrix_rank(drawn[0]) == 2,
            "not orthogonal": lambda drawn: len(drawn[0]) == 2 and drawn[0][0] @ drawn[0][1] != 0,
        },
    ),
    "quadratic functions": (
        momentum.quadratics(),
        {
            "of one variable": lambda drawn: len(drawn[0]) == 1,
            "of three": lambda drawn: len(drawn[0]) == 3,
            "not diagonal": lambda drawn: abs(drawn[0] - np.diag(np.diag(drawn[0]))).max() > 0.1,
        },
    ),
    "smooth functions": (
        momentum.smooth_functions(2),
        {
            "with a minimiser elsewhere": lambda drawn: np.any(drawn[1]),
            "not separable": lambda drawn: abs(np.prod(drawn[0].slope(drawn[1] + 1))) > 1e-3,
        },
    ),
    "strongly convex functions": (
        momentum.smooth_functions(2, least=0.1),
        {"barely": lambda drawn: drawn[2] < 0.3, "strongly": lambda drawn: drawn[2] > 1},
    ),
    "functions for Newton's method": (
        newton.smooth_functions(2),
        {"not separable": lambda drawn: abs(drawn[0].hessian(np.zeros(2))[0, 1]) > 0.1},
    ),
    "images with labels": (
        saddle.cases(),
        {
            "three classes": lambda case: max(case[1]) == 2,
            "unequal classes": lambda case: len(set(np.bincount(case[1]))) > 1,
            "negative": lambda case: case[0].min() < 0,
            "several pixels": lambda case: case[0].shape[1] > 1,
        },
    ),
    "waves": (
        smooth.waves,
        {
            "falling": lambda wave: wave[0] * wave[1] < 0,
            "rising": lambda wave: wave[0] * wave[1] > 0,
            "bending down": lambda wave: wave[2] < 0,
        },
    ),
    "logits": (
        softmax.logits(),
        {
            "one": lambda z: len(z) == 1,
            "several": lambda z: len(z) == 4,
            "equal ones": lambda z: len(set(z)) < len(z),
            "negative": lambda z: z.min() < 0,
            "far apart": lambda z: np.ptp(z) > 2,
        },
    ),
    "distributions": (
        softmax.distributions(3),
        {"not uniform": lambda p: np.ptp(p) > 0.3},
    ),
    "graphs": (
        strategies.digraphs(),
        {
            "empty": lambda graph: len(graph) == 0,
            "with a self-loop": lambda graph: any(u == v for u, v in graph.edges()),
            "with parallel edges": lambda graph: len(set(graph.edges())) < len(list(graph.edges())),
            "in another order": lambda graph: list(graph) != sorted(graph),
        },
    ),
    "acyclic graphs": (
        strategies.dags(),
        {
            "with parallel edges": lambda graph: len(set(graph.edges())) < len(list(graph.edges())),
            "with an edge backwards": lambda graph: any(u > v for u, v in graph.edges()),
        },
    ),
    "programs": (
        sweeps.programs(),
        {
            "several inputs": lambda program: len(program.inputs) > 1,
            "no lines": lambda program: not program.lines,
            "many lines": lambda program: len(program.lines) > 3,
            "a square": lambda program: any(
                name == "multiply" and rest[0] == rest[1] for name, *rest in program.lines
            ),
            "a quotient": lambda program: "divide" in operations(program),
        },
    ),
    "programs of arrays": (
        test_array_engine.programs(),
        {
            "two inputs": lambda program: len(program.inputs) == 2,
            "turned": lambda program: "turn" in operations(program),
            "multiplied": lambda program: "multiply" in operations(program),
        },
    ),
    "lists of operations": (
        test_forward_cost.lists(),
        {
            "several directions": lambda drawn: len(drawn[2]) > 1,
            "a product": lambda drawn: "multiply" in {name for name, *_ in drawn[0]},
            "a quotient": lambda drawn: "divide" in {name for name, *_ in drawn[0]},
        },
    ),
    "chances": (
        test_hoeffding_answer.chances,
        {"small": lambda p: 0 < p < 0.4, "large": lambda p: 0.6 < p < 1},
    ),
    "scales": (
        test_hoeffding_answer.scales,
        {"negative": lambda s: s < -1, "positive": lambda s: s > 1},
    ),
    "exponents": (
        test_nested_units.EXPONENTS,
        {"powers": lambda powers: min(powers) > 1, "of one": lambda powers: 0 in powers},
    ),
    "programs with kinks": (
        test_one_sided.kinked(),
        {
            "at a kink": lambda drawn: drawn[0] and drawn[0][0] == ("relu", 0) and drawn[1][0] == 0,
            "backwards": lambda drawn: min(drawn[2]) < 0,
        },
    ),
    "sizes": (
        test_sweeps_agree.sizes,
        {"none": lambda n: n == 0, "several": lambda n: n > 1},
    ),
}


@pytest.mark.parametrize(
    ("name", "kind"), [(name, kind) for name, (_, kinds) in KINDS.items() for kind in kinds]
)
def test_every_kind_of_instance_is_drawn(name, kind):
    strategy, kinds = KINDS[name]
    drawn = settings(max_examples=100, phases=[Phase.generate], database=None)
    find(strategy, lambda one: bool(kinds[kind](one)), settings=drawn, random=Random(0))
