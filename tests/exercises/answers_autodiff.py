"""Answers to the exercises of chapters 10, 13 and 13A, right ones of any style and wrong ones."""

import functools
import math
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter

import numpy as np
from answers import each, right, taking, wrong

from dlbook.autodiff import grad

# ---- graph-evaluate ---------------------------------------------------------------------

FUNCTIONS = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "negate": lambda x: -x,
}


def is_input(line):
    return not isinstance(line, tuple)


def remembering(program, functions=FUNCTIONS, operands=lambda line: line[1:]):
    values, path = {}, []

    def value(v):
        if v in path:
            raise ValueError("a cycle")
        if v not in values:
            path.append(v)
            line = program[v]
            values[v] = (
                line if is_input(line) else functions[line[0]](*[value(u) for u in operands(line)])
            )
            path.pop()
        return values[v]

    for v in program:
        value(v)
    return values


right("graph-evaluate")(remembering)


@right("graph-evaluate")
def sorts_first(program):
    needs = {v: [] if is_input(line) else line[1:] for v, line in program.items()}
    values = {}
    try:
        order = [*TopologicalSorter(needs).static_order()]
    except CycleError as error:
        raise ValueError from error
    for v in order:
        line = program[v]
        values[v] = line if is_input(line) else FUNCTIONS[line[0]](*[values[u] for u in line[1:]])
    return values


def after_sweeps(program, times, number=lambda x: x):
    """Return the values that are known after so many looks at all lines."""
    values = {v: number(line) for v, line in program.items() if is_input(line)}
    for _ in range(times):
        for v, line in program.items():
            if v not in values and all(u in values for u in line[1:]):
                values[v] = FUNCTIONS[line[0]](*[values[u] for u in line[1:]])
    return values


@right("graph-evaluate")
def sweeps_until_all_is_known(program):
    values = after_sweeps(program, len(program), float)
    if len(values) < len(program):
        raise ValueError
    return values


@right("graph-evaluate")
def single_precision(program):
    return {v: np.float32(x) for v, x in remembering(program).items()}


@wrong("graph-evaluate")
def sweeps_five_times(program):
    remembering(program)
    return after_sweeps(program, 5)


@wrong("graph-evaluate")
def in_the_order_given(program):
    values = {}
    for v, line in program.items():
        values[v] = line if is_input(line) else FUNCTIONS[line[0]](*[values[u] for u in line[1:]])
    return values


@wrong("graph-evaluate")
def by_name(program):
    remembering(program)
    return in_the_order_given({v: program[v] for v in sorted(program)})


@wrong("graph-evaluate")
def one_sweep_from_zero(program):
    remembering(program)
    values = {v: line if is_input(line) else 0 for v, line in program.items()}
    for v, line in program.items():
        if not is_input(line):
            values[v] = FUNCTIONS[line[0]](*[values[u] for u in line[1:]])
    return values


@wrong("graph-evaluate")
def naive_recursion(program):
    remembering(program)

    def value(v):
        line = program[v]
        return line if is_input(line) else FUNCTIONS[line[0]](*[value(u) for u in line[1:]])

    return {v: value(v) for v in program}


@wrong("graph-evaluate")
def operands_in_a_set(program):
    def add(*operands):
        return sum(operands)

    remembering(program)
    return remembering(
        program,
        FUNCTIONS
        | {"add": add, "multiply": lambda x, y=1: x * y, "subtract": lambda x, y=0: x - y},
        lambda line: sorted(set(line[1:])),
    )


@wrong("graph-evaluate")
def operands_sorted(program):
    return remembering(program, operands=lambda line: sorted(line[1:]))


@wrong("graph-evaluate")
def operands_reversed(program):
    return remembering(program, operands=lambda line: line[:0:-1])


@wrong("graph-evaluate")
def subtracts_the_wrong_way(program):
    return remembering(program, FUNCTIONS | {"subtract": lambda x, y: y - x})


@wrong("graph-evaluate")
def negates_nothing(program):
    return remembering(program, FUNCTIONS | {"negate": lambda x: x})


@wrong("graph-evaluate")
def never_ends_on_a_cycle(program):
    values = {}
    while len(values) < len(program):
        for v, line in program.items():
            if is_input(line):
                values[v] = line
            elif all(u in values for u in line[1:]):
                values[v] = FUNCTIONS[line[0]](*[values[u] for u in line[1:]])
    return values


@wrong("graph-evaluate")
def leaves_out_what_is_on_a_cycle(program):
    values = {v: line for v, line in program.items() if is_input(line)}
    for _ in program:
        for v, line in program.items():
            if v not in values and all(u in values for u in line[1:]):
                values[v] = FUNCTIONS[line[0]](*[values[u] for u in line[1:]])
    return values


@wrong("graph-evaluate")
def writes_into_the_program(program):
    for v, value in remembering(program).items():
        program[v] = value
    return program


@wrong("graph-evaluate")
def only_the_operations(program):
    return {v: x for v, x in remembering(program).items() if not is_input(program[v])}


@wrong("graph-evaluate")
def a_list(program):
    return list(remembering(program).values())


# ---- graph-count-calls ------------------------------------------------------------------


@right("graph-count-calls")
def adds_what_it_knows(graph):
    known = {}

    def total(v):
        if v not in known:
            known[v] = 1 + sum(map(total, graph[v]))
        return known[v]

    return {v: total(v) for v in graph}


@right("graph-count-calls")
def along_an_order(graph):
    totals = {}
    for v in TopologicalSorter(graph).static_order():
        totals[v] = 1 + sum(totals[u] for u in graph[v])
    return totals


@right("graph-count-calls")
def counts_walks_backwards(graph):
    order, totals = [*TopologicalSorter(graph).static_order()][::-1], {}
    for r in graph:
        walks = dict.fromkeys(graph, 0) | {r: 1}
        for v in order:
            for u in graph[v]:
                walks[u] += walks[v]
        totals[r] = sum(walks.values())
    return totals


@right("graph-count-calls")
def double_precision(graph):
    return {v: np.float64(n) for v, n in adds_what_it_knows(graph).items()}


@wrong("graph-count-calls")
def five_levels_deep(graph):
    def total(v, depth=0):
        return 1 + sum(total(u, depth + 1) for u in graph[v]) if depth < 5 else 1

    return {v: total(v) for v in graph}


@wrong("graph-count-calls")
def really_recurses(graph):
    def total(v):
        return 1 + sum(total(u) for u in graph[v])

    return {v: total(v) for v in graph}


@wrong("graph-count-calls")
def forgets_itself(graph):
    return {v: n - 1 for v, n in adds_what_it_knows(graph).items()}


@wrong("graph-count-calls")
def each_operand_once(graph):
    return adds_what_it_knows({v: [*dict.fromkeys(operands)] for v, operands in graph.items()})


@wrong("graph-count-calls")
def vertices_it_needs(graph):
    def needed(v):
        found = {v}
        for u in dict.fromkeys(graph[v]):
            found |= needed(u)
        return found

    return {v: len(needed(v)) for v in graph}


@wrong("graph-count-calls")
def number_of_operands(graph):
    return {v: 1 + len(operands) for v, operands in graph.items()}


@wrong("graph-count-calls")
def depth(graph):
    known = {}
    for v in TopologicalSorter(graph).static_order():
        known[v] = 1 + max((known[u] for u in graph[v]), default=0)
    return known


@wrong("graph-count-calls")
def paths_to_inputs(graph):
    known = {}
    for v in TopologicalSorter(graph).static_order():
        known[v] = sum(known[u] for u in graph[v]) if graph[v] else 1
    return known


@wrong("graph-count-calls")
def multiplies(graph):
    known = {}
    for v in TopologicalSorter(graph).static_order():
        known[v] = 1
        for u in graph[v]:
            known[v] *= 1 + known[u]
    return known


@wrong("graph-count-calls")
def in_the_order_given_with_zero(graph):
    known = {}
    for v in graph:
        known[v] = 1 + sum(known.get(u, 0) for u in graph[v])
    return known


@wrong("graph-count-calls")
def of_all_together(graph):
    return sum(adds_what_it_knows(graph).values())


@wrong("graph-count-calls")
def as_if_edges_led_backwards(graph):
    users = {v: [w for w in graph for u in graph[w] if u == v] for v in graph}
    return adds_what_it_knows(users)


@wrong("graph-count-calls")
def always_two_to_the_depth(graph):
    return {v: 2**d - 1 for v, d in depth(graph).items()}


@wrong("graph-count-calls")
def rounds(graph):
    return {v: float(n) + 0.5 for v, n in adds_what_it_knows(graph).items()}


# ---- reverse-sweep ----------------------------------------------------------------------


def values_of(tape):
    values = []
    for name, *rest in tape:
        v = rest if name == "input" else [values[i] for i in rest]
        values.append(
            {
                "input": v[0],
                "add": v[0] + v[-1],
                "subtract": v[0] - v[-1],
                "multiply": v[0] * v[-1],
                "square": v[0] ** 2,
            }[name]
        )
    return values


def slopes_of(name, v):
    return {
        "input": [],
        "add": [1, 1],
        "subtract": [1, -1],
        "multiply": v[::-1],
        "square": [2 * v[0]],
    }[name]


def swept(tape, *, order=reversed, put=lambda old, share: old + share, slopes=slopes_of, seed=1):
    values = values_of(tape)
    adjoint = [0] * len(tape)
    adjoint[-1:] = [seed] if tape else []
    for k in order(range(len(tape))):
        name, *rest = tape[k]
        if name != "input":
            for i, slope in zip(rest, slopes(name, [values[j] for j in rest]), strict=True):
                adjoint[i] = put(adjoint[i], adjoint[k] * slope)
    return adjoint


@right("reverse-sweep")
def sweeps(tape):
    return swept(tape)


@right("reverse-sweep")
def path_sums_forward(tape):
    """One forward sweep for each line, as exact as the backward one."""
    values, found = values_of(tape), []
    for seed in range(len(tape)):
        tangent = [0] * len(tape)
        for k, (name, *rest) in enumerate(tape):
            if k == seed:
                tangent[k] = 1
            elif name != "input":
                slopes = slopes_of(name, [values[j] for j in rest])
                tangent[k] = sum(s * tangent[i] for s, i in zip(slopes, rest, strict=True))
        found.append(float(tangent[-1]))
    return found


@right("reverse-sweep")
def asks_the_users(tape):
    values, known = values_of(tape), {len(tape) - 1: 1}
    for k in reversed(range(len(tape) - 1)):
        known[k] = 0
        for j in range(k + 1, len(tape)):
            name, *rest = tape[j]
            if name != "input":
                slopes = slopes_of(name, [values[i] for i in rest])
                pairs = zip(rest, slopes, strict=True)
                known[k] += sum(known[j] * s for i, s in pairs if i == k)
    return tuple(known[k] for k in range(len(tape)))


@wrong("reverse-sweep")
def overwrites(tape):
    return swept(tape, put=lambda old, share: share)


@wrong("reverse-sweep")
def sweeps_forward(tape):
    return swept(tape, order=list)


@wrong("reverse-sweep")
def forgets_the_sign(tape):
    return swept(tape, slopes=lambda name, v: [1, 1] if name == "subtract" else slopes_of(name, v))


@wrong("reverse-sweep")
def own_factor(tape):
    return swept(tape, slopes=lambda name, v: v if name == "multiply" else slopes_of(name, v))


@wrong("reverse-sweep")
def forgets_the_two(tape):
    return swept(tape, slopes=lambda name, v: v if name == "square" else slopes_of(name, v))


@wrong("reverse-sweep")
def starts_from_zero(tape):
    return swept(tape, seed=0)


@wrong("reverse-sweep")
def starts_from_the_value(tape):
    return swept(tape, seed=values_of(tape)[-1] if tape else 1)


@wrong("reverse-sweep")
def inputs_only(tape):
    return [a for a, line in zip(swept(tape), tape, strict=True) if line[0] == "input"]


@wrong("reverse-sweep")
def backwards_list(tape):
    return swept(tape)[::-1]


@wrong("reverse-sweep")
def returns_values(tape):
    return values_of(tape)


@wrong("reverse-sweep")
def passes_on_at_once(tape):
    values, adjoint = values_of(tape), [0] * len(tape)
    adjoint[-1:] = [1] if tape else []

    def visit(k):
        name, *rest = tape[k]
        if name != "input":
            for i, s in zip(rest, slopes_of(name, [values[j] for j in rest]), strict=True):
                adjoint[i] += adjoint[k] * s
                visit(i)

    if tape:
        visit(len(tape) - 1)
    return adjoint


@wrong("reverse-sweep")
def walks_every_path(tape):
    values, adjoint = values_of(tape), [0] * len(tape)

    def visit(k, share):
        adjoint[k] += share
        name, *rest = tape[k]
        if name != "input":
            for i, s in zip(rest, slopes_of(name, [values[j] for j in rest]), strict=True):
                visit(i, share * s)

    if tape:
        visit(len(tape) - 1, 1)
    return adjoint


@right("reverse-sweep")
def fails_on_the_empty_tape(tape):
    adjoint = swept(tape)
    adjoint[-1] = 1
    return adjoint


@right("reverse-sweep")
def as_an_array(tape):
    return np.array(swept(tape))


@right("reverse-sweep")
def by_rationals(tape):
    return [Fraction(a) for a in swept(tape)]


@wrong("reverse-sweep")
def by_difference_quotients(tape):
    def result(k, h):
        values = []
        for i, (name, *rest) in enumerate(tape):
            v = rest if name == "input" else [values[j] for j in rest]
            value = {
                "input": v[0],
                "add": v[0] + v[-1],
                "subtract": v[0] - v[-1],
                "multiply": v[0] * v[-1],
                "square": v[0] ** 2,
            }[name]
            values.append(value + h * (i == k))
        return values[-1]

    return [(result(k, 1e-6) - result(k, -1e-6)) / 2e-6 for k in range(len(tape))]


@wrong("reverse-sweep")
def slope_at_the_adjoint(tape):
    values, adjoint = values_of(tape), [0] * len(tape)
    adjoint[-1:] = [1] if tape else []
    for k in reversed(range(len(tape))):
        name, *rest = tape[k]
        given = [adjoint[k]] if name == "square" else [values[j] for j in rest]
        for i, s in zip(rest if name != "input" else [], slopes_of(name, given), strict=True):
            adjoint[i] += adjoint[k] * s
    return adjoint


# ---- layer-adjoints ---------------------------------------------------------------------


def dense(layer):
    return (np.array(layer[name]) for name in ("X", "W", "b", "adjoint"))


@right("layer-adjoints")
def by_the_formulas(layer):
    X, W, b, G = dense(layer)
    G = G * (1 - np.tanh(X @ W + b) ** 2)
    return {"W": X.T @ G, "b": G.sum(axis=0), "X": G @ W.T}


@right("layer-adjoints")
def example_by_example(layer):
    X, W, b, G = layer["X"], layer["W"], layer["b"], layer["adjoint"]
    dW, db, dX = [[0.0] * len(b) for _ in W], [0.0] * len(b), [[0.0] * len(W) for _ in X]
    for n, x in enumerate(X):
        for j in range(len(b)):
            a = math.tanh(sum(x[i] * W[i][j] for i in range(len(W))) + b[j])
            share = G[n][j] * (1 - a * a)
            db[j] += share
            for i in range(len(W)):
                dW[i][j] += share * x[i]
                dX[n][i] += share * W[i][j]
    return {"X": dX, "W": dW, "b": tuple(db)}


@right("layer-adjoints")
def by_the_librarys_sweep(layer):
    X, W, b, G = dense(layer)
    found = grad(lambda X, W, b: np.sum(G * np.tanh(X @ W + b)), (0, 1, 2))(X, W, b)
    return dict(zip("XWb", found, strict=True))


def wrong_dense(
    slope=lambda a: 1 - a**2,
    dW=lambda X, G, W: X.T @ G,
    db=lambda X, G, W: G.sum(axis=0),
    dX=lambda X, G, W: G @ W.T,
    wrap=dict,
):
    def answer(layer):
        X, W, b, G = dense(layer)
        G = G * slope(np.tanh(X @ W + b))
        return wrap({"W": dW(X, G, W), "b": db(X, G, W), "X": dX(X, G, W)})

    return answer


for name, answer in {
    "forgets_tanh": wrong_dense(slope=lambda a: 1),
    "slope_of_the_sigmoid": wrong_dense(slope=lambda a: a * (1 - a)),
    "forgets_the_square": wrong_dense(slope=lambda a: 1 - a),
    "slope_at_the_slope": wrong_dense(slope=lambda a: 1 - np.tanh(a) ** 2),
    "weights_transposed": wrong_dense(dW=lambda X, G, W: G.T @ X),
    "weights_of_the_first_example": wrong_dense(dW=lambda X, G, W: np.outer(X[0], G[0])),
    "mean_of_the_batch": wrong_dense(dW=lambda X, G, W: X.T @ G / len(X)),
    "bias_not_summed": wrong_dense(db=lambda X, G, W: G),
    "bias_averaged": wrong_dense(db=lambda X, G, W: G.mean(axis=0)),
    "bias_along_the_layer": wrong_dense(db=lambda X, G, W: G.sum(axis=1)),
    "bias_as_a_row": wrong_dense(db=lambda X, G, W: G.sum(axis=0, keepdims=True)),
    "not_transposed_back": wrong_dense(dX=lambda X, G, W: G @ W if len(W) == len(W[0]) else 0),
    "input_forgotten": wrong_dense(wrap=lambda all_: {"W": all_["W"], "b": all_["b"]}),
    "in_a_tuple": wrong_dense(wrap=lambda all_: tuple(all_.values())),
}.items():
    answer.__name__ = name
    wrong("layer-adjoints")(answer)


# ---- graph-powers -----------------------------------------------------------------------


@right("graph-powers")
def left_to_right(p):
    """Square for every binary digit after the first, and multiply by a for a 1."""
    program = []
    for digit in bin(p)[3:]:
        program.append((len(program), len(program)))
        if digit == "1":
            program.append((len(program), 0))
    return program


@right("graph-powers")
def right_to_left(p):
    program, square, result = [], 0, None
    while True:
        if p % 2:
            if result is None:
                result = square
            else:
                program.append((result, square))
                result = len(program)
        p //= 2
        if p == 0:
            break
        program.append((square, square))
        square = len(program)
    if result != len(program):
        raise AssertionError(result)
    return program


@right("graph-powers")
def by_recursion(p):
    if p == 1:
        return []
    program = by_recursion(p // 2)
    program.append([len(program)] * 2)
    return [*program, (len(program), 0)] if p % 2 else program


@wrong("graph-powers")
def one_at_a_time(p):
    return [(k, 0) for k in range(p - 1)]


@wrong("graph-powers")
def squares_only(p):
    return [(k, k) for k in range(p.bit_length() - 1)]


@wrong("graph-powers")
def a_square_too_many(p):
    return [(k, k) for k in range(p.bit_length())]


@wrong("graph-powers")
def digits_backwards(p):
    program = []
    for digit in bin(p)[3:][::-1]:
        program.append((len(program), len(program)))
        if digit == "1":
            program.append((len(program), 0))
    return program


@wrong("graph-powers")
def all_digits(p):
    program = []
    for digit in bin(p)[2:]:
        program.append((len(program), len(program)))
        if digit == "1":
            program.append((len(program), 0))
    return program


@wrong("graph-powers")
def multiplies_by_the_last(p):
    program = []
    for digit in bin(p)[3:]:
        program.append((len(program), len(program)))
        if digit == "1":
            program.append((len(program), len(program)))
    return program


@wrong("graph-powers")
def multiplies_always(p):
    program = []
    for _ in bin(p)[3:]:
        program.append((len(program), len(program)))
        program.append((len(program), 0))
    return program


@wrong("graph-powers")
def counts_from_one(p):
    return [(i + 1, j + 1) for i, j in left_to_right(p)]


@wrong("graph-powers")
def looks_ahead(p):
    return [(i, k + 1) for k, (i, _) in enumerate(left_to_right(p))]


@wrong("graph-powers")
def power_of_ten_steps(p):
    """Right, and too long: threes first, then one at a time."""
    program, reached = [], 1
    while 3 * reached <= p:
        last = len(program)
        program += [(last, last), (last + 1, last)]
        reached *= 3
    while reached < p:
        program.append((len(program), 0))
        reached += 1
    return program


@wrong("graph-powers")
def its_length(p):
    return len(left_to_right(p))


@wrong("graph-powers")
def small_powers(p):
    return left_to_right(min(p, 40))


@wrong("graph-powers")
def even_powers(p):
    return left_to_right(p - p % 2 or 1)


# ---- graph-visits-b ---------------------------------------------------------------------


def walks_back(operands):
    order = list(TopologicalSorter(operands).static_order())[::-1]
    needed = {u for heads in operands.values() for u in heads}
    visits = {v: int(v not in needed) for v in operands}
    for v in order:
        for u in operands[v]:
            visits[u] += visits[v]
    return visits


right("graph-visits-b")(walks_back)


@right("graph-visits-b")
def by_matrix(operands):
    names = list(operands)
    place = {v: i for i, v in enumerate(names)}
    steps = np.zeros((len(names), len(names)), dtype=object)
    for v, heads in operands.items():
        for u in heads:
            steps[place[v], place[u]] += 1
    row = np.array([int(not column.any()) for column in steps.T], dtype=object)
    total = row * 0
    while row.any():
        total = total + row
        row = row @ steps
    return dict(zip(names, total, strict=True))


@right("graph-visits-b")
def with_memory(operands):
    above = {u: [] for u in operands}
    for v, heads in operands.items():
        for u in heads:
            above[u].append(v)

    @functools.cache
    def visits(u):
        return sum(map(visits, above[u])) if above[u] else 1

    return {u: visits(u) for u in operands}


def changed_visits(change):
    def answer(operands):
        return change(operands, walks_back(operands))

    return answer


VISITS = {
    "each_once": lambda operands, v: dict.fromkeys(operands, 1),
    "one_more": lambda operands, v: {u: n + 1 for u, n in v.items()},
    "how_many_need_it": lambda operands, v: {
        u: sum(heads.count(u) for heads in operands.values()) for u in operands
    },
    "needs_or_one": lambda operands, v: {
        u: sum(heads.count(u) for heads in operands.values()) or 1 for u in operands
    },
    "operands_of_each": lambda operands, v: {u: len(heads) for u, heads in operands.items()},
    "without_results": lambda operands, v: {u: n for u, n in v.items() if operands[u]},
    "twice": lambda operands, v: {u: 2 * n for u, n in v.items()},
    "powers_of_two": lambda operands, v: {u: 2 ** (n - 1) for u, n in v.items()},
    "the_total": lambda operands, v: dict.fromkeys(v, sum(v.values())),
    "at_most_two": lambda operands, v: {u: min(n, 2) for u, n in v.items()},
    "at_most_a_thousand": lambda operands, v: {u: min(n, 1000) for u, n in v.items()},
    "a_list": lambda operands, v: list(v.values()),
}
each(
    wrong("graph-visits-b"),
    {called: changed_visits(change) for called, change in VISITS.items()},
)


@wrong("graph-visits-b")
def parallel_edges_once(operands):
    return walks_back({v: list(dict.fromkeys(heads)) for v, heads in operands.items()})


@wrong("graph-visits-b")
def the_other_way(operands):
    turned = {v: [] for v in operands}
    for v, heads in operands.items():
        for u in heads:
            turned[u].append(v)
    return walks_back(turned)


# ---- reverse-by-hand --------------------------------------------------------------------


@taking(right("reverse-by-hand"))
def by_formulas(x, y):
    return {"x": y + 1, "y": (y + 1) + (x + y), "v1": y + 1, "v2": x + y, "v3": 1}


@taking(right("reverse-by-hand"))
def by_a_sweep(x, y):
    v1, v2 = x + y, y + 1
    bar = dict.fromkeys(["x", "y", "v1", "v2"], 0) | {"v3": 1}
    bar["v1"] += bar["v3"] * v2
    bar["v2"] += bar["v3"] * v1
    bar["y"] += bar["v2"]
    bar["x"] += bar["v1"]
    bar["y"] += bar["v1"]
    return bar


@taking(right("reverse-by-hand"))
def by_differences(x, y):
    """Central differences of a quadratic are exact, up to rounding."""
    x, y = Fraction(x), Fraction(y)

    def f(x, y, v1=0, v2=0):
        return (x + y + v1) * (y + 1 + v2)

    def slope(*by):
        return (
            f(x + by[0], y + by[1], *by[2:]) - f(x - by[0], y - by[1], *[-b for b in by[2:]])
        ) / 2

    one = slope(1, 0, 0, 0), slope(0, 1, 0, 0), slope(0, 0, 1, 0), slope(0, 0, 0, 1)
    return dict(zip(["x", "y", "v1", "v2"], map(int, one), strict=True)) | {"v3": 1}


ADJOINTS = {
    "one_path_of_y": lambda x, y: {"y": x + y},
    "the_other_path": lambda x, y: {"y": y + 1},
    "factors_exchanged": lambda x, y: {"v1": x + y, "v2": y + 1, "x": x + y},
    "the_value": lambda x, y: {"v3": (x + y) * (y + 1)},
    "starts_at_zero": lambda x, y: dict.fromkeys(["x", "y", "v1", "v2", "v3"], 0),
    "a_product_of_paths": lambda x, y: {"y": (y + 1) * (x + y)},
    "y_for_y_plus_one": lambda x, y: {"v1": y, "x": y, "y": x + 2 * y},
    "values_for_adjoints": lambda x, y: {"x": x, "y": y},
    "one_missing_in_y": lambda x, y: {"y": x + 2 * y},
    "all_ones": lambda x, y: dict.fromkeys(["x", "y", "v1", "v2"], 1),
    "twice_the_seed": lambda x, y: {k: 2 * v for k, v in by_formulas(x, y).items()},
    "signs": lambda x, y: {"x": -(y + 1)},
}
for called, change in ADJOINTS.items():

    def adjoints(given, change=change):
        return by_formulas(**given) | change(**given)

    adjoints.__name__ = called
    wrong("reverse-by-hand")(adjoints)


@wrong("reverse-by-hand")
def at_one_point(given):
    return by_formulas(2, 3)


# ---- reverse-which ----------------------------------------------------------------------


@taking(right("reverse-which"))
def fewer_sweeps(inputs, results):
    choice = "forward" if inputs <= results else "reverse"
    return {"forward": inputs, "reverse": results, "choice": choice}


@taking(right("reverse-which"))
def by_minimum(inputs, results):
    sweeps = {"forward": inputs, "reverse": results}
    return {**sweeps, "choice": min(sweeps, key=sweeps.get)}


@taking(right("reverse-which"))
def with_floats(inputs, results):
    return {
        "choice": ("reverse", "forward")[inputs <= results],
        "reverse": float(results),
        "forward": float(inputs),
    }


def which(forward, reverse, choice):
    return {"forward": forward, "reverse": reverse, "choice": choice}


WHICH = {
    "ties_go_back": lambda n, m: which(n, m, "forward" if n < m else "reverse"),
    "always_reverse": lambda n, m: which(n, m, "reverse"),
    "always_forward": lambda n, m: which(n, m, "forward"),
    "exchanged": lambda n, m: which(m, n, "forward" if n <= m else "reverse"),
    "chooses_the_larger": lambda n, m: which(n, m, "forward" if n >= m else "reverse"),
    "entries": lambda n, m: which(n * m, n * m, "forward" if n <= m else "reverse"),
    "one_back": lambda n, m: which(n, 1, "forward" if n <= 1 else "reverse"),
    "one_more_for_the_value": lambda n, m: which(n + 1, m + 1, "forward" if n <= m else "reverse"),
    "no_choice": lambda n, m: {"forward": n, "reverse": m},
    "a_number_for_a_word": lambda n, m: which(n, m, min(n, m)),
    "backward": lambda n, m: which(n, m, "forward" if n <= m else "backward"),
    "a_back_sweep_costs_four": lambda n, m: which(n, m, "forward" if n <= 4 * m else "reverse"),
    "in_capitals": lambda n, m: which(n, m, "FORWARD" if n <= m else "REVERSE"),
}
each(wrong("reverse-which"), WHICH, "inputs", "results")
