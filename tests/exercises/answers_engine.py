"""Answers to the exercises of chapters 14 and 14A, right ones of any style and wrong ones."""

import math
from collections import defaultdict
from graphlib import TopologicalSorter

import numpy as np
from answers import right, taking, wrong

from dlbook.autodiff import grad, hessian, hvp, jvp, vjp

# ---- build-broadcast --------------------------------------------------------------------


def summed(share, shape):
    while share.ndim > len(shape):
        share = share.sum(axis=0)
    for axis, n in enumerate(shape):
        if n == 1:
            share = share.sum(axis=axis, keepdims=True)
    return share


def arrays(product):
    return (np.array(product[name]) for name in ("x", "y", "adjoint"))


@right("build-broadcast")
def axis_by_axis(product):
    x, y, g = arrays(product)
    return {"x": summed(g * y, x.shape), "y": summed(g * x, y.shape)}


@right("build-broadcast")
def by_the_librarys_pullback(product):
    x, y, g = (a.astype(float) for a in arrays(product))
    _, pullback = vjp(np.multiply, x, y)
    return dict(zip("xy", pullback(g), strict=True))


@right("build-broadcast")
def entry_by_entry(product):
    x, y, g = arrays(product)
    found = {"x": np.zeros(x.shape), "y": np.zeros(y.shape)}

    def place(index, shape):
        index = index[len(index) - len(shape) :]
        return tuple(0 if n == 1 else i for i, n in zip(index, shape, strict=True))

    for index in np.ndindex(g.shape):
        i, j = place(index, x.shape), place(index, y.shape)
        found["x"][i] += g[index] * y[j]
        found["y"][j] += g[index] * x[i]
    return {name: one.tolist() for name, one in found.items()}


def wrong_product(share=lambda g, a, b: g * b, fit=summed):
    def answer(product):
        x, y, g = arrays(product)
        return {"x": fit(share(g, x, y), x.shape), "y": fit(share(g, y, x), y.shape)}

    return answer


def only_in_front(share, shape):
    return share.sum(tuple(range(share.ndim - len(shape))))


def only_stretched(share, shape):
    extra = share.ndim - len(shape)
    ones = [extra + k for k, n in enumerate(shape) if n == 1]
    return share.sum(tuple(ones), keepdims=True).reshape(share.shape[extra:][: len(shape)])


def mean(share, shape):
    factor = share.size / max(1, math.prod(shape))
    return summed(share, shape) / factor


def first(share, shape):
    while share.ndim > len(shape):
        share = share[0]
    for axis, n in enumerate(shape):
        if n == 1:
            share = share.take([0], axis=axis)
    return share


def last(share, shape):
    return first(share[::-1] if share.ndim == 1 else share[::-1, ::-1], shape)


def first_two(share, shape):
    return summed(share[:2] if share.ndim > len(shape) else share, shape)


for name, answer in {
    "does_not_add": wrong_product(fit=lambda share, shape: share),
    "adds_in_front_only": wrong_product(fit=only_in_front),
    "takes_the_mean": wrong_product(fit=mean),
    "takes_the_first": wrong_product(fit=first),
    "takes_the_last": wrong_product(fit=last),
    "adds_two_rows_only": wrong_product(fit=first_two),
    "multiplies_by_the_operand_itself": wrong_product(share=lambda g, a, b: g * a),
    "forgets_the_other_operand": wrong_product(share=lambda g, a, b: g * np.ones_like(a * b)),
    "forgets_the_adjoint": wrong_product(share=lambda g, a, b: np.ones_like(g) * b),
    "multiplies_twice": wrong_product(share=lambda g, a, b: g * b * b),
    "adds_everything": wrong_product(
        fit=lambda share, shape: np.full(shape, share.sum()),
    ),
    "keeps_the_axis": wrong_product(
        fit=lambda share, shape: summed(share, shape)[None],
    ),
    "adds_before_it_multiplies": lambda product: (
        lambda x, y, g: {
            "x": summed(g, x.shape) * np.resize(summed(np.ones(g.shape) * y, x.shape), x.shape),
            "y": summed(g, y.shape) * np.resize(summed(np.ones(g.shape) * x, y.shape), y.shape),
        }
    )(*arrays(product)),
    "adds_over_the_last_axis": wrong_product(
        fit=lambda share, shape: share.sum(axis=-1) if share.ndim > len(shape) else share,
    ),
}.items():
    answer.__name__ = name
    wrong("build-broadcast")(answer)


# ---- build-sweep ------------------------------------------------------------------------


def sorted_sweep(edges, result, order=None, add=lambda old, share: old + share):
    needs = {result: set()}
    into = defaultdict(list)
    for tail, head, slope in edges:
        needs.setdefault(tail, set())
        needs.setdefault(head, set()).add(tail)
        into[head].append((tail, slope))
    order = order or list(TopologicalSorter(needs).static_order())
    adjoint = dict.fromkeys(needs, 0) | {result: 1}
    for v in reversed(order):
        for tail, slope in into[v]:
            adjoint[tail] = add(adjoint[tail], adjoint[v] * slope)
    return adjoint


taking(right("build-sweep"))(sorted_sweep)


@taking(right("build-sweep"))
def remembering_path_sums(edges, result):
    leaving = defaultdict(list)
    for tail, head, slope in edges:
        leaving[tail].append((head, slope))
    known = {result: 1}

    def total(v):
        if v not in known:
            known[v] = sum(slope * total(head) for head, slope in leaving[v])
        return known[v]

    vertices = {result} | {v for tail, head, _ in edges for v in (tail, head)}
    return {v: total(v) for v in vertices}


@taking(right("build-sweep"))
def counting_users_down(edges, result):
    vertices = {result} | {v for tail, head, _ in edges for v in (tail, head)}
    users = {v: sum(tail == v for tail, _, _ in edges) for v in vertices}
    adjoint = {v: float(v == result) for v in vertices}
    ready = [v for v in vertices if not users[v]]
    while ready:
        v = ready.pop()
        for tail, head, slope in edges:
            if head == v:
                adjoint[tail] += adjoint[v] * slope
                users[tail] -= 1
                if not users[tail]:
                    ready.append(tail)
    return adjoint


@taking(wrong("build-sweep"))
def in_the_order_given(edges, result):
    adjoint = defaultdict(int, {result: 1})
    for tail, head, slope in edges:
        adjoint[tail] += adjoint[head] * slope
        adjoint[head] += 0
    return dict(adjoint)


@taking(wrong("build-sweep"))
def in_the_reversed_order_given(edges, result):
    return in_the_order_given(edges[::-1], result)


@taking(wrong("build-sweep"))
def by_name(edges, result):
    return in_the_order_given(sorted(edges, key=lambda edge: edge[1], reverse=True), result)


@taking(wrong("build-sweep"))
def replaces(edges, result):
    return sorted_sweep(edges, result, add=lambda old, share: share)


@taking(wrong("build-sweep"))
def parallel_edges_once(edges, result):
    return sorted_sweep(list({(t, h): (t, h, s) for t, h, s in edges}.values()), result)


@taking(wrong("build-sweep"))
def equal_edges_once(edges, result):
    return sorted_sweep(list(dict.fromkeys(edges)), result)


@taking(wrong("build-sweep"))
def by_walking_all_paths(edges, result):
    adjoint = dict.fromkeys(remembering_path_sums(edges, result), 0)

    def visit(v, share):
        adjoint[v] += share
        for tail, head, slope in edges:
            if head == v:
                visit(tail, share * slope)

    visit(result, 1)
    return adjoint


@taking(wrong("build-sweep"))
def passes_on_at_once(edges, result):
    adjoint = dict.fromkeys(remembering_path_sums(edges, result), 0) | {result: 1}
    waiting = [result]
    seen = set()
    while waiting:
        v = waiting.pop(0)
        if v in seen:
            continue
        seen.add(v)
        for tail, head, slope in edges:
            if head == v:
                adjoint[tail] += adjoint[v] * slope
                waiting.append(tail)
    return adjoint


@taking(wrong("build-sweep"))
def depth_first(edges, result):
    adjoint = dict.fromkeys(remembering_path_sums(edges, result), 0) | {result: 1}
    seen = set()

    def visit(v):
        seen.add(v)
        for tail, head, slope in edges:
            if head == v:
                adjoint[tail] += adjoint[v] * slope
                if tail not in seen:
                    visit(tail)

    visit(result)
    return adjoint


@taking(wrong("build-sweep"))
def only_what_the_result_needs(edges, result):
    return {v: a for v, a in sorted_sweep(edges, result).items() if a}


@taking(wrong("build-sweep"))
def forwards(edges, result):
    return sorted_sweep([(head, tail, slope) for tail, head, slope in edges], result)


@taking(wrong("build-sweep"))
def from_the_last_vertex(edges, result):
    full = sorted_sweep(edges, result)
    sinks = [v for v in full if all(tail != v for tail, _, _ in edges)]
    return sorted_sweep(edges, sinks[-1] if sinks else result)


@taking(wrong("build-sweep"))
def adds_slopes_along_a_path(edges, result):
    return sorted_sweep([(t, h, 1) for t, h, _ in edges], result)


@taking(wrong("build-sweep"))
def starts_at_zero(edges, result):
    return dict.fromkeys(sorted_sweep(edges, result), 0)


@taking(wrong("build-sweep"))
def six_edges_only(edges, result):
    first = sorted_sweep(edges[:8], result)
    return dict.fromkeys(sorted_sweep(edges, result), 0) | first


# ---- build-primitive --------------------------------------------------------------------


@taking(right("build-primitive"))
def shifted(z, tangent, adjoint):
    z = np.array(z)
    e = np.exp(z - z.max())
    s = e / e.sum()
    return {"value": z.max() + np.log(e.sum()), "push": s @ tangent, "pull": adjoint * s}


@taking(right("build-primitive"))
def by_numpys_reduction(z, tangent, adjoint):
    z = np.array(z)
    value, push = jvp(lambda z: np.logaddexp.reduce(z), (z,), (np.array(tangent),))
    return {"value": value, "push": push, "pull": adjoint * grad(np.logaddexp.reduce)(z)}


@taking(right("build-primitive"))
def with_plain_python(z, tangent, adjoint):
    top = max(z)
    total = sum(math.exp(one - top) for one in z)
    s = [math.exp(one - top) / total for one in z]
    push = sum(a * b for a, b in zip(s, tangent, strict=True))
    return {
        "pull": [adjoint * one for one in s],
        "push": push,
        "value": top + math.log(total),
    }


def wrong_primitive(**changed):
    def answer(case):
        z, t, g = np.array(case["z"]), np.array(case["tangent"]), case["adjoint"]
        e = np.exp(z - z.max())
        s = e / e.sum()
        facts = {"z": z, "t": t, "g": g, "s": s, "e": e}
        value = z.max() + np.log(e.sum())
        found = {"value": value, "push": s @ t, "pull": g * s}
        return found | {name: change(**facts) for name, change in changed.items()}

    return answer


@taking(wrong("build-primitive"))
def overflows(z, tangent, adjoint):
    with np.errstate(all="ignore"):
        e = np.exp(np.array(z))
        s = e / e.sum()
        return {"value": np.log(e.sum()), "push": s @ tangent, "pull": adjoint * s}


@taking(wrong("build-primitive"))
def underflows(z, tangent, adjoint):
    z = np.array(z)
    with np.errstate(all="ignore"):
        e = np.exp(z - z.max() * (z.max() > 0))
        s = e / e.sum()
        shift = z.max() * (z.max() > 0)
        return {"value": shift + np.log(e.sum()), "push": s @ tangent, "pull": adjoint * s}


for name, answer in {
    "forgets_the_shift": wrong_primitive(value=lambda z, e, **_: np.log(e.sum())),
    "takes_the_maximum": wrong_primitive(value=lambda z, **_: z.max()),
    "log_of_the_mean": wrong_primitive(value=lambda z, e, **_: z.max() + np.log(e.mean())),
    "pulls_without_the_adjoint": wrong_primitive(pull=lambda s, **_: s),
    "pulls_exponentials": wrong_primitive(pull=lambda g, e, **_: g * e),
    "pulls_to_the_largest_only": wrong_primitive(
        pull=lambda z, g, **_: g * (np.arange(len(z)) == z.argmax())
    ),
    "pulls_by_the_softmax_jacobian": wrong_primitive(pull=lambda g, s, **_: g * s * (1 - s)),
    "pulls_what_it_pushes": wrong_primitive(pull=lambda t, s, **_: s * t),
    "pulls_a_number": wrong_primitive(pull=lambda g, s, **_: g * s.sum()),
    "pushes_a_vector": wrong_primitive(push=lambda s, t, **_: s * t),
    "pushes_the_mean": wrong_primitive(push=lambda t, **_: t.mean()),
    "pushes_the_sum": wrong_primitive(push=lambda t, **_: t.sum()),
    "pushes_with_the_adjoint": wrong_primitive(push=lambda s, t, g, **_: g * (s @ t)),
    "looks_at_two_entries": wrong_primitive(push=lambda s, t, **_: s[:2] @ t[:2]),
    "divides_by_the_adjoint": wrong_primitive(pull=lambda g, s, **_: s / (g or 1)),
    "a_pair": lambda case: (0.0, 0.0),
}.items():
    answer.__name__ = name
    wrong("build-primitive")(answer)


# ---- newton-hvp -------------------------------------------------------------------------


def objective(A):
    return lambda w: np.sum(np.log(np.cosh(A @ w)))


def plain(case):
    return (np.array(case[name], float) for name in ("A", "w", "v"))


@right("newton-hvp")
def by_the_chain_rule(case):
    A, w, v = plain(case)
    return A.T @ ((1 - np.tanh(A @ w) ** 2) * (A @ v))


@right("newton-hvp")
def by_the_library(case):
    A, w, v = plain(case)
    return hvp(objective(A), (w,), (v,))


@right("newton-hvp")
def by_the_whole_matrix(case):
    A, w, v = plain(case)
    return (hessian(objective(A))(w) @ v).tolist()


@right("newton-hvp")
def gradient_of_the_slope(case):
    A, w, v = plain(case)
    return tuple(grad(lambda w: np.sum(grad(objective(A))(w) * v))(w))


def wrong_hvp(formula):
    def answer(case):
        A, w, v = plain(case)
        z = A @ w
        return formula(A=A, w=w, v=v, z=z, slope=1 - np.tanh(z) ** 2)

    return answer


for name, answer in {
    "the_gradient": wrong_hvp(lambda A, z, **_: A.T @ np.tanh(z)),
    "the_slope_along_v": wrong_hvp(lambda A, z, v, **_: v * (A.T @ np.tanh(z))),
    "forgets_the_direction": wrong_hvp(lambda A, slope, **_: A.T @ slope),
    "the_diagonal_only": wrong_hvp(lambda A, slope, v, **_: (A * A).T @ slope * v),
    "forgets_the_slope": wrong_hvp(lambda A, v, **_: A.T @ (A @ v)),
    "gauss_newton": wrong_hvp(lambda A, z, v, **_: A.T @ (np.tanh(z) ** 2 * (A @ v))),
    "slope_of_the_sigmoid": wrong_hvp(
        lambda A, z, v, **_: A.T @ (np.tanh(z) * (1 - np.tanh(z)) * (A @ v))
    ),
    "slope_not_squared": wrong_hvp(lambda A, z, v, **_: A.T @ ((1 - np.tanh(z)) * (A @ v))),
    "slope_at_the_direction": wrong_hvp(
        lambda A, v, **_: A.T @ ((1 - np.tanh(A @ v) ** 2) * (A @ v))
    ),
    "in_the_direction_w": wrong_hvp(lambda A, w, slope, **_: A.T @ (slope * (A @ w))),
    "a_number": wrong_hvp(lambda A, v, slope, **_: (A @ v) @ (slope * (A @ v))),
    "with_a_minus": wrong_hvp(lambda A, v, slope, **_: -A.T @ (slope * (A @ v))),
    "twice": wrong_hvp(lambda A, v, slope, **_: 2 * A.T @ (slope * (A @ v))),
    "the_first_two_rows": wrong_hvp(
        lambda A, v, slope, **_: A[:2].T @ (slope[:2] * (A[:2] @ v)),
    ),
    "a_large_difference": wrong_hvp(
        lambda A, w, v, **_: (A.T @ np.tanh(A @ (w + 0.1 * v)) - A.T @ np.tanh(A @ w)) / 0.1
    ),
    "a_difference_forward": wrong_hvp(
        lambda A, w, v, **_: (A.T @ np.tanh(A @ (w + 1e-4 * v)) - A.T @ np.tanh(A @ w)) / 1e-4
    ),
}.items():
    answer.__name__ = name
    wrong("newton-hvp")(answer)


# ---- newton-minimiser -------------------------------------------------------------------


def of(model):
    return (np.array(model[name], float) for name in ("point", "gradient", "hessian"))


@right("newton-minimiser")
def by_eigenvalues(model):
    w, g, H = of(model)
    if np.linalg.eigvalsh(H).min() <= 0:
        raise ValueError("no minimiser")
    return w - np.linalg.solve(H, g)


@right("newton-minimiser")
def by_cholesky(model):
    w, g, H = of(model)
    try:
        L = np.linalg.cholesky(H)
    except np.linalg.LinAlgError as error:
        raise ValueError(str(error)) from error
    return (w - np.linalg.solve(L.T, np.linalg.solve(L, g))).tolist()


@right("newton-minimiser")
def by_leading_minors(model):
    w, g, H = of(model)
    if any(np.linalg.det(H[:k, :k]) < 1e-9 for k in range(1, len(w) + 1)):
        raise ValueError("not positive definite")
    return tuple(w - np.linalg.inv(H) @ g)


def wrong_minimiser(point=lambda w, g, H: w - np.linalg.solve(H, g), refuses=None):
    def answer(model):
        w, g, H = of(model)
        if (refuses or (lambda H: np.linalg.eigvalsh(H).min() <= 0))(H):
            raise ValueError("no minimiser")
        return point(w, g, H)

    return answer


for name, answer in {
    "never_refuses": wrong_minimiser(refuses=lambda H: False),
    "refuses_always": wrong_minimiser(refuses=lambda H: True),
    "looks_at_the_determinant": wrong_minimiser(refuses=lambda H: np.linalg.det(H) < 0),
    "looks_at_the_diagonal": wrong_minimiser(refuses=lambda H: H.diagonal().min() <= 0),
    "looks_at_the_first_entry": wrong_minimiser(refuses=lambda H: H[0, 0] <= 0),
    "looks_at_the_trace": wrong_minimiser(refuses=lambda H: H.trace() <= 0),
    "wants_a_dominant_diagonal": wrong_minimiser(
        refuses=lambda H: np.any(2 * H.diagonal() <= np.abs(H).sum(axis=1)),
    ),
    "wants_negative_definite": wrong_minimiser(refuses=lambda H: np.linalg.eigvalsh(H).max() >= 0),
    "looks_at_a_corner_of_two": wrong_minimiser(
        refuses=lambda H: np.linalg.eigvalsh(H[:2, :2]).min() <= 0
    ),
    "the_step_alone": wrong_minimiser(lambda w, g, H: -np.linalg.solve(H, g)),
    "the_wrong_way": wrong_minimiser(lambda w, g, H: w + np.linalg.solve(H, g)),
    "a_gradient_step": wrong_minimiser(lambda w, g, H: w - g),
    "multiplies": wrong_minimiser(lambda w, g, H: w - H @ g),
    "divides_by_the_diagonal": wrong_minimiser(lambda w, g, H: w - g / H.diagonal()),
    "half_a_step": wrong_minimiser(lambda w, g, H: w - np.linalg.solve(H, g) / 2),
    "solves_for_the_point": wrong_minimiser(lambda w, g, H: np.linalg.solve(H, H @ w + g)),
    "makes_eigenvalues_positive": wrong_minimiser(
        lambda w, g, H: (
            w
            - (
                lambda values, Q: Q @ ((Q.T @ g) / np.abs(values))  # a step downhill, no minimiser
            )(*np.linalg.eigh(H))
        ),
        refuses=lambda H: False,
    ),
}.items():
    answer.__name__ = name
    wrong("newton-minimiser")(answer)
