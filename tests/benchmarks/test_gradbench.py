"""GradBench's functions in NumPy, against what its descriptions say, written out in PyTorch.

The oracles go entry by entry, with loops, and their derivatives are PyTorch's.
"""

import importlib
import io
import itertools
import json
import math
import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

FOLDER = Path(__file__).parents[2] / "benchmarks" / "gradbench"


@pytest.fixture(scope="module")
def tool():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        return importlib.import_module("tool")


@pytest.fixture(scope="module")
def objectives(tool):
    return sys.modules["objectives"]


@pytest.fixture
def ask(tool):
    """Send a module's function an input; return the output, through JSON both ways."""

    def ask(module, function, given):
        message = {"id": 0, "kind": "evaluate", "module": module, "function": function}
        reply = tool.answer(json.loads(json.dumps({**message, "input": given})))
        assert reply["success"], reply
        return json.loads(json.dumps(reply["output"]))

    return ask


def numbers(rng, *shape):
    return rng.normal(size=shape).tolist()


def tensor(values):
    return torch.tensor(values, dtype=torch.float64, requires_grad=True)


def gradient(value, *inputs):
    return np.concatenate(
        [g.numpy().ravel() for g in torch.autograd.grad(value, inputs, retain_graph=True)]
    )


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("d", [1, 2, 4])
def test_gmm(ask, d):
    rng = np.random.default_rng(d)
    k, n = 3, 5
    given = {
        **{"d": d, "k": k, "n": n, "gamma": 1.3, "m": 2},
        **{"alpha": numbers(rng, k), "means": numbers(rng, k, d), "x": numbers(rng, n, d)},
        "icf": numbers(rng, k, d * (d + 1) // 2),
    }
    alpha, means, icf = (tensor(given[name]) for name in ("alpha", "means", "icf"))
    total, prior = 0.0, 0.0
    for x in torch.tensor(given["x"], dtype=torch.float64):
        terms = []
        for i in range(k):
            Q = torch.diag(torch.exp(icf[i, :d]))
            place = d
            for column in range(d):
                for row in range(column + 1, d):
                    unit = torch.zeros(d, d, dtype=torch.float64)
                    unit[row, column] = 1
                    Q = Q + unit * icf[i, place]
                    place += 1
            terms.append(alpha[i] + icf[i, :d].sum() - 0.5 * ((Q @ (x - means[i])) ** 2).sum())
        total = total + torch.logsumexp(torch.stack(terms), 0) - torch.logsumexp(alpha, 0)
    for i in range(k):
        size = (torch.exp(icf[i, :d]) ** 2).sum() + (icf[i, d:] ** 2).sum()
        prior = prior + 0.5 * 1.3**2 * size - 2 * icf[i, :d].sum()
    of_gammas = torch.special.multigammaln(torch.tensor(0.5 * (d + 3), dtype=torch.float64), d)
    constant = (d + 3) * d * (math.log(1.3) - 0.5 * math.log(2)) - of_gammas
    value = total - n * d * 0.5 * math.log(2 * math.pi) + prior - k * constant
    close(ask("gmm", "objective", given), value.item())
    close(ask("gmm", "jacobian", given), gradient(value, alpha, means, icf))


@pytest.mark.parametrize("layers", [1, 2])
def test_lstm(ask, layers):
    rng = np.random.default_rng(layers)
    width, length = 3, 5
    given = {
        **{
            "main_params": numbers(rng, 2 * layers, 4 * width),
            "extra_params": numbers(rng, 3, width),
        },
        **{"state": numbers(rng, 2 * layers, width), "sequence": numbers(rng, length, width)},
    }
    main, extra = tensor(given["main_params"]), tensor(given["extra_params"])
    state = torch.tensor(given["state"], dtype=torch.float64)
    sequence = torch.tensor(given["sequence"], dtype=torch.float64)
    hidden, cell = [*state[::2]], [*state[1::2]]
    total = 0.0
    for t in range(length - 1):
        x = sequence[t] * extra[0]
        for i in range(layers):
            weight, bias = main[2 * i].reshape(4, -1), main[2 * i + 1].reshape(4, -1)
            forget = torch.sigmoid(x * weight[0] + bias[0])
            let_in = torch.sigmoid(hidden[i] * weight[1] + bias[1])
            let_out = torch.sigmoid(x * weight[2] + bias[2])
            change = torch.tanh(hidden[i] * weight[3] + bias[3])
            cell[i] = cell[i] * forget + let_in * change
            x = hidden[i] = let_out * torch.tanh(cell[i])
        y = x * extra[1] + extra[2]
        total = total + (sequence[t + 1] * (y - torch.log(2 + torch.exp(y).sum()))).sum()
    value = -total / (width * (length - 1))
    close(ask("lstm", "objective", given), value.item())
    close(ask("lstm", "jacobian", given), gradient(value, main, extra))


def projected(camera, point, weight, feature):
    axis, x = camera[:3], point - camera[3:6]
    angle = torch.sqrt((axis**2).sum())
    if angle == 0:
        turned = x + torch.linalg.cross(axis, x)
    else:
        unit = axis / angle
        across = torch.linalg.cross(unit, x) * torch.sin(angle)
        turned = x * torch.cos(angle) + across + unit * (unit @ x) * (1 - torch.cos(angle))
    seen = turned[:2] / turned[2]
    r = (seen**2).sum()
    seen = seen * (1 + camera[9] * r + camera[10] * r * r)
    return weight * (seen * camera[6] + camera[7:9] - feature)


@pytest.mark.parametrize("still", [False, True])
def test_ba(ask, objectives, still):
    rng = np.random.default_rng(4)
    n, m, p = 2, 3, 7
    camera = [0.0] * 3 * still + numbers(rng, 11)[3 * still :]
    given = {"n": n, "m": m, "p": p, "cam": camera, "x": numbers(rng, 3), "w": 0.7}
    given["feat"] = numbers(rng, 2)
    camera, point, weight = (tensor(given[name]) for name in ("cam", "x", "w"))
    feature = torch.tensor(given["feat"], dtype=torch.float64)
    error = projected(camera, point, weight, feature)
    found = ask("ba", "objective", given)
    close(found["reproj_error"]["elements"], error.detach())
    assert found["reproj_error"]["repeated"] == found["w_err"]["repeated"] == p
    close(found["w_err"]["element"], 1 - 0.7**2)

    function = objectives.MODULES["ba"]["jacobian"]
    starts, columns, values = function.run(*function.prepare(given))
    dense = np.zeros((3 * p, 11 * n + 3 * m + p))
    for row, (start, stop) in enumerate(itertools.pairwise(starts)):
        dense[row, columns[start:stop]] = values[start:stop]
    assert starts[-1] == len(values) == len(columns) == 31 * p
    assert len(starts) == 3 * p + 1
    expected = np.zeros_like(dense)
    for side in range(2):
        of_one = gradient(error[side], camera, point, weight)
        for i in range(p):
            row, (c, x) = expected[2 * i + side], (i % n, i % m)
            row[11 * c : 11 * c + 11] = of_one[:11]
            row[11 * n + 3 * x : 11 * n + 3 * x + 3] = of_one[11:14]
            row[11 * n + 3 * m + i] = of_one[14]
    expected[2 * p + np.arange(p), 11 * n + 3 * m + np.arange(p)] = -2 * 0.7
    close(dense, expected)
    shown = ask("ba", "jacobian", given)
    close(shown["vals"], [*values[:30], values[-1]])
    assert shown["rows"] == [*starts[:30], starts[-1]]
    assert shown["cols"] == [*columns[:30], columns[-1]]


def about(axis, angle):
    """Return the matrix that turns about a coordinate axis, with four rows."""
    i, j = [(1, 2), (2, 0), (0, 1)][axis]
    R = [[torch.tensor(float(a == b), dtype=torch.float64) for b in range(4)] for a in range(4)]
    R[i][i] = R[j][j] = torch.cos(angle)
    R[j][i], R[i][j] = torch.sin(angle), -torch.sin(angle)
    return torch.stack([torch.stack(row) for row in R])


def hand(theta, us, given):
    model = given["data"]["model"]
    of = {name: torch.tensor(model[name], dtype=torch.float64) for name in
          ("base_relatives", "inverse_base_absolutes", "base_positions", "weights")}  # fmt: skip
    angles = torch.zeros(len(model["parents"]), 2, dtype=torch.float64)
    place = 6
    moving = {}
    for finger in range(5):
        for joint in range(2, 5):
            pair = [theta[place], torch.zeros((), dtype=torch.float64)]
            place += 1
            if joint == 2:
                pair[1] = theta[place]
                place += 1
            moving[4 * finger + joint] = pair
    absolutes, skin = [], 0.0
    for bone, parent in enumerate(model["parents"]):
        first, second = moving.get(bone, angles[bone])
        own = of["base_relatives"][bone] @ about(2, second) @ about(0, first)
        absolutes.append(own if parent == -1 else absolutes[parent] @ own)
        transform = absolutes[bone] @ of["inverse_base_absolutes"][bone]
        skin = skin + (transform @ of["base_positions"].T)[:3] * of["weights"][:, bone]
    if model["is_mirrored"]:
        skin = torch.stack([-skin[0], skin[1], skin[2]])
    norm = torch.sqrt((theta[:3] ** 2).sum())
    if norm >= 1e-4:
        x, y, z = theta[:3] / norm
        zero = torch.zeros((), dtype=torch.float64)
        rows = [torch.stack(row) for row in ([zero, -z, y], [z, zero, -x], [-y, x, zero])]
        skin = torch.linalg.matrix_exp(torch.stack(rows) * norm) @ skin
    skin = skin + theta[3:6, None]
    points = torch.tensor(given["data"]["points"], dtype=torch.float64)
    found = []
    for i, place in enumerate(given["data"]["correspondences"]):
        where = skin[:, place]
        if len(us):
            a, b, c = (skin[:, corner] for corner in model["triangles"][place])
            where = us[i, 0] * a + us[i, 1] * b + (1 - us[i, 0] - us[i, 1]) * c
        found.append(points[i] - where)
    return torch.cat(found)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("between", [False, True])
def test_ht(ask, mirrored, between):
    rng = np.random.default_rng(2)
    bones, corners = 22, 6
    model = {
        **{"bone_count": bones, "bone_names": ["bone"] * bones, "is_mirrored": mirrored},
        "parents": [-1] + [max(0, (i - 1) // 4 * 4) for i in range(1, bones)],
        "base_relatives": (np.eye(4) + 0.1 * rng.normal(size=(bones, 4, 4))).tolist(),
        "inverse_base_absolutes": (np.eye(4) + 0.1 * rng.normal(size=(bones, 4, 4))).tolist(),
        "base_positions": numbers(rng, corners, 4),
        "weights": rng.random((corners, bones)).tolist(),
        "triangles": [[0, 1, 2], [1, 3, 5], [2, 4, 0]],
    }
    data = {"model": model, "correspondences": [2, 0, 1], "points": numbers(rng, 3, 3)}
    given = {"theta": numbers(rng, 26), "data": data, "us": numbers(rng, 3, 2) if between else []}
    theta, us = tensor(given["theta"]), tensor(given["us"])
    errors = hand(theta, us, given)
    close(ask("ht", "objective", given), errors.detach())
    expected = torch.autograd.functional.jacobian(lambda t: hand(t, us, given), theta).numpy()
    if between:
        by_us = torch.autograd.functional.jacobian(lambda u: hand(theta, u, given), us).numpy()
        own = [by_us[3 * i : 3 * i + 3, i] for i in range(3)]
        expected = np.concatenate([np.concatenate(own), expected], axis=1)
    close(ask("ht", "jacobian", given), expected)
    if not between and not mirrored:
        close(
            ask("ht", "objective", {**given, "theta": [0.0] * 26}),
            hand(0 * theta, us, given).detach(),
        )


def test_kmeans(ask):
    rng = np.random.default_rng(3)
    given = {"points": numbers(rng, 30, 2), "centroids": numbers(rng, 3, 2)}
    points = torch.tensor(given["points"], dtype=torch.float64)

    def cost(centroids):
        return sum([min([((p - c) ** 2).sum() for c in centroids]) for p in points])

    centroids = tensor(given["centroids"])
    close(ask("kmeans", "cost", given), cost(centroids).item())
    hessian = torch.autograd.functional.hessian(cost, centroids).reshape(6, 6)
    expected = torch.linalg.solve(
        hessian, torch.autograd.grad(cost(centroids), centroids)[0].ravel()
    )
    close(ask("kmeans", "dir", given), expected.reshape(3, 2))


def test_llsq(ask):
    given = {"x": [0.5, -1.0, 2.0, 0.3], "n": 7}
    x, value = tensor(given["x"]), 0.0
    for i in range(7):
        t = -1 + i * 2 / 6
        fitted = sum([x[j] * t**j for j in range(4)])
        value = value + 0.5 * ((t > 0) - (t < 0) - fitted) ** 2
    close(ask("llsq", "primal", given), value.item())
    close(ask("llsq", "gradient", given), gradient(value, x))


@pytest.mark.parametrize("offset", [0.0, 1e3])
def test_lse(ask, offset):
    given = {"x": [offset + 1.0, offset - 2.0, offset + 0.5]}
    x = tensor(given["x"])
    value = torch.logsumexp(x, 0)
    close(ask("lse", "primal", given), value.item())
    close(ask("lse", "gradient", given), gradient(value, x))


@pytest.mark.parametrize("size", [1, 2, 4])
def test_det(ask, size):
    given = {"A": numbers(np.random.default_rng(size), size * size), "ell": size}
    A = tensor(given["A"])
    value = torch.linalg.det(A.reshape(size, size))
    close(ask("det", "primal", given), value.item())
    close(ask("det", "gradient", given), gradient(value, A))


def test_ode(ask):
    given = {"x": [0.5, -1.0, 2.0], "s": 3}
    x = tensor(given["x"])
    y, h = [torch.zeros((), dtype=torch.float64)] * 3, 2 / 3

    def slope(y):
        return [x[0]] + [x[i] * y[i - 1] for i in range(1, 3)]

    def ahead(y, k, h):
        return [a + h * b for a, b in zip(y, k, strict=True)]

    for _ in range(3):
        k1 = slope(y)
        k2 = slope(ahead(y, k1, h / 2))
        k3 = slope(ahead(y, k2, h / 2))
        k4 = slope(ahead(y, k3, h))
        y = [y[i] + h * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]) / 6 for i in range(3)]
    close(ask("ode", "primal", given), [value.item() for value in y])
    close(ask("ode", "gradient", given), gradient(y[-1], x))


def crossing(w):
    """Return the square of where the particle crosses the axis, the force by its formula."""
    second = torch.stack([torch.tensor(10.0, dtype=torch.float64), 10 - w[0]])
    first = torch.tensor([10.0, 0.0], dtype=torch.float64)
    x, v = (
        torch.tensor([0.0, 8.0], dtype=torch.float64),
        torch.tensor([0.75, 0], dtype=torch.float64),
    )
    while x[1] + 0.1 * v[1] > 0:
        force = sum([(x - c) / ((x - c) ** 2).sum() ** 1.5 for c in (first, second)])
        x, v = x + 0.1 * v, v + 0.1 * force
    return (x[0] - x[1] / v[1] * v[0]) ** 2


@pytest.mark.parametrize("mode", ["ff", "fr", "rf", "rr"])
def test_particle(objectives, mode):
    outer, inner = (objectives.MODES[m] for m in mode)
    w = tensor([0.2])
    value = crossing(w)

    def f(w):
        return objectives.miss(w, inner)

    close(f(np.array([0.2])), value.item())
    close(outer(f)(np.array([0.2])), gradient(value, w))


def test_descent_ends_at_the_minimum(objectives):
    found = objectives.minimiser(lambda x: np.sum((x - 1) ** 2), lambda x: 2 * (x - 1), np.zeros(2))
    np.testing.assert_allclose(found, 1.0, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["ff", "fr", "rf", "rr"])
def test_saddle(ask, mode):
    np.testing.assert_allclose(ask("saddle", mode, {"start": [1.0, 1.0]}), 0.0, atol=2e-5)


# ---- the protocol ------------------------------------------------------------------------


def test_a_session(tool):
    messages = [
        {"kind": "start", "eval": "hello"},
        {"kind": "define", "module": "hello"},
        {"kind": "evaluate", "module": "hello", "function": "square", "input": 3.0},
        {"kind": "evaluate", "module": "hello", "function": "double", "input": 3.0},
        {"kind": "analysis", "of": 2, "valid": True},
        {"kind": "define", "module": "unheard"},
        {"kind": "evaluate", "module": "hello", "function": "cube", "input": 3.0},
    ]
    out = io.StringIO()
    tool.serve([json.dumps({"id": i, **m}) for i, m in enumerate(messages)], out)
    replies = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [reply["id"] for reply in replies] == list(range(7))
    assert replies[0] == {"id": 0, "tool": "dlbook"}
    assert replies[1] == {"id": 1, "success": True}
    assert [reply["output"] for reply in replies[2:4]] == [9.0, 6.0]
    (timing,) = replies[2]["timings"]
    assert timing["name"] == "evaluate"
    assert timing["nanoseconds"] > 0
    assert replies[4] == {"id": 4}
    assert not replies[5]["success"]
    assert "unheard" in replies[5]["error"]
    assert not replies[6]["success"]
    assert "KeyError" in replies[6]["error"]


@pytest.mark.parametrize("asked", [{"min_runs": 3, "min_seconds": 0}, {"min_seconds": 0.01}])
def test_runs(tool, asked):
    given = {"x": [1.0, 2.0], **asked}
    reply = tool.answer({"kind": "evaluate", "module": "lse", "function": "primal", "input": given})
    times = [timing["nanoseconds"] for timing in reply["timings"]]
    assert len(times) >= asked.get("min_runs", 1)
    assert sum(times) >= 1e9 * asked["min_seconds"]
    if "min_runs" in asked:
        assert len(times) == 3
