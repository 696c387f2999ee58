"""Answers to chapter 25's exercises, right ones of any style and typical wrong ones."""

import numpy as np
import scipy.linalg
from answers import each, right, taking, wrong

# ---- memorise-triangular ----------------------------------------------------------------


def matrix(z, b):
    return np.maximum(np.array(z)[:, None] - np.array(b), 0)


@taking(right("memorise-triangular"))
def by_solve(z, b, y):
    return np.linalg.solve(matrix(z, b), y)


@taking(right("memorise-triangular"))
def forward_substitution(z, b, y):
    w = []
    for i in range(len(z)):
        known = sum(w[j] * (z[i] - b[j]) for j in range(i))
        w.append((y[i] - known) / (z[i] - b[i]))
    return w


@taking(right("memorise-triangular"))
def by_scipy(z, b, y):
    return scipy.linalg.solve_triangular(matrix(z, b), y, lower=True).tolist()


@taking(right("memorise-triangular"))
def by_inverse(z, b, y):
    return np.linalg.inv(matrix(z, b)) @ y


@taking(right("memorise-triangular"))
def by_least_squares(z, b, y):
    return np.linalg.lstsq(matrix(z, b), y)[0]


def as_if_kinks_at_points(z, b, y):
    starts = [b[0], *z[:-1]]
    before = [0.0, *y[:-1]]
    s = [(v - u) / (p - q) for u, v, p, q in zip(before, y, z, starts, strict=True)]
    return np.diff(s, prepend=0.0)


each(
    wrong("memorise-triangular"),
    {
        "transposed": lambda z, b, y: np.linalg.lstsq(matrix(z, b).T, y)[0],
        "diagonal_only": lambda z, b, y: [v / (p - q) for p, q, v in zip(z, b, y, strict=True)],
        "kinks_at_points": as_if_kinks_at_points,
        "slopes": lambda z, b, y: np.cumsum(by_solve(z, b, y)),
        "without_relu": lambda z, b, y: np.linalg.lstsq(np.subtract.outer(z, b), y)[0],
        "values": lambda z, b, y: y,
        "backwards": lambda z, b, y: by_solve(z, b, y)[::-1],
        "roles_exchanged": lambda z, b, y: np.linalg.lstsq(matrix(b, z), y)[0],
        "steps_for_ramps": lambda z, b, y: np.diff(y, prepend=0.0),
        "a_thousandth_off": lambda z, b, y: 1.001 * by_solve(z, b, y),
        "rounded_to_float32": lambda z, b, y: np.linalg.solve(matrix(z, b), y).astype(np.float32),
        "in_float32": lambda z, b, y: np.linalg.solve(
            matrix(z, b).astype(np.float32), np.float32(y)
        ),
        "forgets_the_first": lambda z, b, y: [
            0.0,
            *np.linalg.solve(matrix(z[1:], b[1:]), y[1:]),
        ],
        "last_two_unknowns_only": lambda z, b, y: [
            (y[i] - (y[i - 1] if i else 0)) / (z[i] - b[i]) for i in range(len(z))
        ],
        "first_four": lambda z, b, y: np.concatenate(
            [np.linalg.solve(matrix(z[:4], b[:4]), y[:4]), np.zeros(max(len(z) - 4, 0))]
        ),
    },
    "z",
    "b",
    "y",
)


# ---- memorise-network -------------------------------------------------------------------


def directions(d):
    """Moments: among enough of them one separates."""
    for t in range(10_000):
        yield float(t) ** np.arange(d)


def on_a_line(x, y, a, sort=True, first=1.0):
    z = x @ a
    order = np.argsort(z, kind="stable") if sort else np.arange(len(z))
    z, y = z[order], y[order]
    b = np.concatenate([[z[0] - first], z[:-1]])
    w = np.linalg.lstsq(np.maximum(z[:, None] - b, 0), y)[0]
    return {"a": a, "b": b, "w": w}


def separating(x):
    return next(a for a in directions(x.shape[1]) if len(set((x @ a).tolist())) == len(x))


@taking(right("memorise-network"))
def with_moments(x, y):
    x = np.array(x)
    return on_a_line(x, np.array(y), separating(x))


@taking(right("memorise-network"))
def with_a_random_direction(x, y):
    x = np.array(x)
    return on_a_line(x, np.array(y), np.random.default_rng(0).standard_normal(x.shape[1]))


@taking(right("memorise-network"))
def with_kinks_between(x, y):
    x, y = np.array(x), np.array(y)
    a = separating(x)
    order = np.argsort(x @ a)
    z = (x @ a)[order]
    b = np.concatenate([[z[0] - 1], (z[1:] + z[:-1]) / 2])
    w = np.linalg.solve(matrix(z, b), y[order])
    return {"a": a.tolist(), "b": b.tolist(), "w": w.tolist()}


def built(change):
    def answer(x, y):
        x, y = np.array(x), np.array(y)
        return change(x, y, on_a_line(x, y, separating(x)))

    return answer


def by_two_coordinates(x, y):
    """Take a direction that separates all points whose first two coordinates do not agree."""
    return on_a_line(x, y, np.array([1.0, 0.1, 0.0])[: x.shape[1]])


each(
    wrong("memorise-network"),
    {
        "first_coordinate": built(lambda x, y, n: on_a_line(x, y, np.eye(x.shape[1])[0])),
        "first_two_coordinates": built(lambda x, y, n: by_two_coordinates(x, y)),
        "sum_of_coordinates": built(lambda x, y, n: on_a_line(x, y, np.ones(x.shape[1]))),
        "unsorted": built(lambda x, y, n: on_a_line(x, y, separating(x), sort=False)),
        "values_unsorted": built(
            lambda x, y, n: n | {"w": np.linalg.solve(matrix(np.sort(x @ n["a"]), n["b"]), y)}
        ),
        "first_kink_at_the_first_point": built(
            lambda x, y, n: on_a_line(x, y, separating(x), first=0.0)
        ),
        "kinks_at_their_own_points": built(lambda x, y, n: n | {"b": np.sort(x @ n["a"])}),
        "slopes_for_weights": built(lambda x, y, n: n | {"w": np.cumsum(n["w"])}),
        "values_for_weights": built(lambda x, y, n: n | {"w": y}),
        "signs_of_kinks": built(lambda x, y, n: n | {"b": -n["b"]}),
        "turned_round": built(lambda x, y, n: n | {"a": -n["a"]}),
        "no_direction": built(lambda x, y, n: n | {"a": 0 * n["a"]}),
        "a_hundredth_off": built(lambda x, y, n: n | {"w": 1.01 * n["w"]}),
        "mean_of_the_values": built(
            lambda x, y, n: {"a": 0 * n["a"], "b": 0 * y - 1, "w": 0 * y + y.mean() / len(y)}
        ),
    },
    "x",
    "y",
)


# ---- nearest-interpolant ----------------------------------------------------------------


@taking(right("nearest-interpolant"))
def by_the_pseudoinverse(X, y, start):
    X, start = np.array(X), np.array(start)
    return start + np.linalg.pinv(X) @ (np.array(y) - X @ start)


@taking(right("nearest-interpolant"))
def by_lstsq(X, y, start):
    X, start = np.array(X), np.array(start)
    return (start + np.linalg.lstsq(X, y - X @ start)[0]).tolist()


@taking(right("nearest-interpolant"))
def by_projections(X, y, start):
    """Orthonormal rows first; then each takes its own step."""
    X, y, w = np.array(X), np.array(y), np.array(start)
    u, s, rows = np.linalg.svd(X, full_matrices=False)
    for left, size, row in zip(u.T, s, rows, strict=True):
        if size > 1e-9:
            w = w + (left @ y / size - row @ w) * row
    return w


def pinv(X):
    return np.linalg.pinv(np.array(X))


each(
    wrong("nearest-interpolant"),
    {
        "least_norm": lambda X, y, w: pinv(X) @ y,
        "start_itself": lambda X, y, w: w,
        "adds_the_start": lambda X, y, w: w + pinv(X) @ y,
        "ridge": lambda X, y, w: (
            w
            + np.linalg.solve(
                np.array(X).T @ X + 1e-3 * np.eye(len(w)), np.array(X).T @ (y - np.array(X) @ w)
            )
        ),
        "subtracts": lambda X, y, w: w - pinv(X) @ (y - np.array(X) @ w),
        "needs_independent_rows": lambda X, y, w: (
            w + np.array(X).T @ np.linalg.solve(np.array(X) @ np.array(X).T, y - np.array(X) @ w)
        ),
        "one_step": lambda X, y, w: w + 0.1 * np.array(X).T @ (y - np.array(X) @ w),
        "first_row_only": lambda X, y, w: w + pinv(X[:1]) @ (y[:1] - np.array(X[:1]) @ w),
        "the_coefficients": lambda X, y, w: (
            np.linalg.pinv(np.array(X) @ np.array(X).T) @ (y - np.array(X) @ w)
        ),
        "projection_of_the_start": lambda X, y, w: pinv(X) @ np.array(X) @ w,
        "the_invisible_part": lambda X, y, w: w - pinv(X) @ np.array(X) @ w,
        "a_thousandth_off": lambda X, y, w: 1.001 * (w + pinv(X) @ (y - np.array(X) @ w)),
        "first_three_rows": lambda X, y, w: w + pinv(X[:3]) @ (y[:3] - np.array(X[:3]) @ w),
        "basic_solution": lambda X, y, w: np.where(
            np.arange(len(w)) < len(X), pinv(X) @ y, np.array(w)
        ),
    },
    "X",
    "y",
    "start",
)


# ---- corrupt-labels ---------------------------------------------------------------------


def rearranged(labels, places, order):
    new = list(labels)
    for place, source in zip(places, order, strict=True):
        new[place] = labels[source]
    return new


@taking(right("corrupt-labels"))
def goes_round(labels, places):
    return rearranged(labels, places, [*places[1:], *places[:1]])


@taking(right("corrupt-labels"))
def the_other_way_round(labels, places):
    return np.array(rearranged(labels, places, [*places[-1:], *places[:-1]]))


@taking(right("corrupt-labels"))
def exchanges_two(labels, places):
    for i in places:
        for j in places:
            if labels[i] != labels[j]:
                return rearranged(labels, [i, j], [j, i])
    return labels


def in_order(labels, places):
    return rearranged(labels, places, sorted(places))


def keeps_the_kinds(labels, places):
    """Change one label where each label is there all the same; else let them go round."""
    for i in places:
        for label in labels:
            new = [label if k == i else x for k, x in enumerate(labels)]
            if new != labels and set(new) == set(labels):
                return new
    return goes_round(labels, places)


each(
    wrong("corrupt-labels"),
    {
        "nothing": lambda labels, places: labels,
        "all_zero": lambda labels, places: [0 if i in places else x for i, x in enumerate(labels)],
        "one_more": lambda labels, places: [
            (x + 1) % 3 if i in places else x for i, x in enumerate(labels)
        ],
        "drawn_anew": lambda labels, places: [
            (7 * i + x) % 3 if i in places else x for i, x in enumerate(labels)
        ],
        "all_places": lambda labels, places: labels[1:] + labels[:1],
        "turns_round": lambda labels, places: rearranged(labels, places, places[::-1]),
        "by_sorted_labels": lambda labels, places: rearranged(
            labels, sorted(places), sorted(places, key=lambda i: labels[i])
        ),
        "in_order": in_order,
        "from_the_neighbours": lambda labels, places: [
            labels[i - 1] if i in places else x for i, x in enumerate(labels)
        ],
        "without_the_places": lambda labels, places: [
            x for i, x in enumerate(labels) if i not in places
        ],
        "only_the_places": lambda labels, places: [labels[i] for i in places[1:] + places[:1]],
        "keeps_the_kinds": keeps_the_kinds,
        "without_places_all_of_them": lambda labels, places: goes_round(
            labels, places or list(range(len(labels)))
        ),
        "first_of_them_everywhere": lambda labels, places: [
            labels[places[0]] if i in places else x for i, x in enumerate(labels)
        ],
        "first_five": lambda labels, places: (
            goes_round(labels[:5], [i for i in places if i < 5]) + labels[5:]
        ),
    },
    "labels",
    "places",
)


each(
    wrong("memorise-network"),
    {
        f"powers_of_{base}": built(
            lambda x, y, n, base=base: on_a_line(x, y, float(base) ** np.arange(x.shape[1]))
        )
        for base in (5, 10, 100)
    },
    "x",
    "y",
)
