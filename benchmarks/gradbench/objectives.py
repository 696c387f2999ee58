"""The functions that GradBench differentiates, in plain NumPy.

Written from its published descriptions, https://github.com/gradbench/gradbench, which took most
of them from ADBench and cmpad. Each module of GradBench has a few functions. A function takes an
input as JSON has it: `prepare` makes arguments of it, `run` is what is timed, and `present`
makes of the result what JSON can hold. What is run is NumPy and `dlbook.autodiff` alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from dlbook.autodiff import grad, jacobian, jvp, vjp


@dataclass(frozen=True)
class Function:
    """A function of a module, in three steps."""

    prepare: Callable[[dict[str, Any]], tuple[Any, ...]]
    run: Callable[..., Any]
    present: Callable[[Any], Any] = lambda result: np.asarray(result).tolist()


def joined(parts):
    """Return the entries of some arrays, one after another."""
    return np.concatenate([np.ravel(part) for part in parts]).tolist()


def log_sum_exp(x):
    """Return log Σ exp(x) along the last axis."""
    top = np.max(x, axis=-1, keepdims=True)
    return top[..., 0] + np.log(np.sum(np.exp(x - top), axis=-1))


# ---- hello: a square ---------------------------------------------------------------------


def square(x):
    """Return x²."""
    return x * x


# ---- gmm: the likelihood of a mixture of Gaussians ---------------------------------------


def gmm_input(data):
    """Return alphas, means, inverse factors, points, and the two numbers of the prior."""
    arrays = [np.array(data[name], float) for name in ("alpha", "means", "icf", "x")]
    return (*arrays, data["gamma"], data["m"])


def gmm(alpha, means, icf, x, gamma, m):
    """Return the log-likelihood of points x, with a Wishart prior.

    A row of `icf` holds the logarithms of the diagonal of a lower triangular matrix Q, and then
    what is below, column by column; the inverse covariance is QᵀQ.
    """
    (n, d), k = x.shape, len(alpha)
    logs, below = icf[:, :d], icf[:, d:]
    diagonal = np.exp(logs)
    columns, start = [], 0
    for j in range(d):
        stop = start + d - 1 - j
        parts = [np.zeros((k, j)), diagonal[:, j : j + 1], below[:, start:stop]]
        columns.append(np.concatenate(parts, axis=1))
        start = stop
    transposed = np.stack(columns, axis=1)  # Qᵀ of each component
    centred = x @ transposed - means[:, None] @ transposed
    sums = np.sum(logs, axis=1)
    terms = (alpha + sums)[:, None] - 0.5 * np.sum(centred**2, axis=-1)
    likelihood = np.sum(log_sum_exp(terms.T)) - n * log_sum_exp(alpha)
    squares = np.sum(diagonal**2) + np.sum(below**2)
    prior = 0.5 * gamma**2 * squares - m * np.sum(sums)
    return likelihood + prior - n * d * 0.5 * math.log(2 * math.pi) - k * wishart(d, gamma, m)


def wishart(d, gamma, m):
    """Return the logarithm of the constant of the prior."""
    n = d + m + 1
    of_gammas = sum(math.lgamma(0.5 * (n - j)) for j in range(d))
    multivariate = 0.25 * d * (d - 1) * math.log(math.pi) + of_gammas
    return n * d * (math.log(gamma) - 0.5 * math.log(2)) - multivariate


# ---- lstm: a recurrent network whose weight matrices are diagonal ------------------------


def lstm_input(data):
    """Return the parameters, the state and the sequence."""
    return tuple([np.array(data[name]) for name in LSTM_ARRAYS])


LSTM_ARRAYS = ("main_params", "extra_params", "state", "sequence")


def sigmoid(z):
    """Return 1 / (1 + exp(-z))."""
    return 1 / (1 + np.exp(-z))


def lstm(main, extra, state, sequence):
    """Return the loss of predicting each character from those before it.

    Rows of `main` are the weights and the biases of each layer, for the gates that forget, let
    in and let out, and for the change; of `state` they are what is hidden and the cell.
    """
    width, layers = sequence.shape[1], len(main) // 2
    gates = np.reshape(main, (layers, 2, 4, width))
    weights, biases = list(gates[:, 0]), list(gates[:, 1])
    hidden, cell = list(state[::2]), list(state[1::2])
    last = []
    for x in sequence[:-1] * extra[0]:
        for i in range(layers):
            z = np.stack([x, hidden[i], x, hidden[i]]) * weights[i] + biases[i]
            forget, let_in, let_out = sigmoid(z[:3])
            cell[i] = cell[i] * forget + let_in * np.tanh(z[3])
            x = hidden[i] = let_out * np.tanh(cell[i])
        last.append(x)
    y = np.stack(last) * extra[1] + extra[2]
    scores = y - np.log(2 + np.sum(np.exp(y), axis=1, keepdims=True))
    return -np.sum(sequence[1:] * scores) / scores.size


# ---- ba: errors of cameras and points, with a sparse Jacobian ----------------------------


def ba_input(data):
    """Repeat the one camera, point, weight and feature as often as there are observations."""
    n, m, p = data["n"], data["m"], data["p"]
    cameras = np.tile(np.array(data["cam"], float), (p, 1))
    points = np.tile(np.array(data["x"], float), (p, 1))
    features = np.tile(np.array(data["feat"], float), (p, 1))
    places = np.arange(p) % n, np.arange(p) % m
    return cameras, points, np.full(p, float(data["w"])), features, places, (n, m)


def rotated(axis, x):
    """Return points turned by vectors whose length is the angle (Rodrigues)."""
    squared = np.sum(axis**2, axis=1, keepdims=True)
    still = squared == 0
    angle = np.sqrt(np.where(still, 1.0, squared))
    unit = axis / angle
    along = np.sum(unit * x, axis=1, keepdims=True)
    cos, sin = np.cos(angle), np.sin(angle)
    turned = x * cos + np.cross(unit, x) * sin + unit * (along * (1 - cos))
    return np.where(still, x + np.cross(axis, x), turned)


def reprojection(cameras, points, weights, features):
    """Return by how much each point is seen elsewhere than measured, weighed."""
    turned = rotated(cameras[:, :3], points - cameras[:, 3:6])
    seen = turned[:, :2] / turned[:, 2:]
    squared = np.sum(seen**2, axis=1, keepdims=True)
    distorted = seen * (1 + cameras[:, 9:10] * squared + cameras[:, 10:] * squared**2)
    return weights[:, None] * (distorted * cameras[:, 6:7] + cameras[:, 7:9] - features)


def ba(cameras, points, weights, features, places, sizes):
    """Return the errors of the points, and of the weights."""
    return reprojection(cameras, points, weights, features), 1 - weights**2


def ba_jacobian(cameras, points, weights, features, places, sizes):
    """Return the rows of the Jacobian as starts, columns and values.

    An error depends on the parameters of its own observation only, so two backward sweeps give
    the derivatives of all of them.
    """
    p, (n, m) = len(weights), sizes
    error, pullback = vjp(partial(reprojection, features=features), cameras, points, weights)
    rows = []
    for side in range(2):
        seed = np.zeros_like(error)
        seed[:, side] = 1
        of_camera, of_point, of_weight = pullback(seed)
        rows.append(np.concatenate([of_camera, of_point, of_weight[:, None]], axis=1))
    camera, point = places
    columns = np.concatenate(
        [
            11 * camera[:, None] + np.arange(11),
            11 * n + 3 * point[:, None] + np.arange(3),
            11 * n + 3 * m + np.arange(p)[:, None],
        ],
        axis=1,
    )
    of_penalty = grad(lambda w: np.sum(1 - w**2))(weights)
    values = np.concatenate([np.stack(rows, axis=1).ravel(), of_penalty])
    columns = np.concatenate([np.repeat(columns, 2, axis=0).ravel(), columns[:, -1]])
    starts = np.concatenate([np.arange(0, 30 * p + 1, 15), 30 * p + 1 + np.arange(p)])
    return starts, columns, values


def ba_errors(result):
    """Return the errors of the first observation, which are those of all."""
    errors, penalties = result
    return {
        "reproj_error": {"elements": errors[0].tolist(), "repeated": len(errors)},
        "w_err": {"element": float(penalties[0]), "repeated": len(penalties)},
    }


def ba_matrix(result):
    """Return the first observation and the last entry, which tell the rest, as the tools do."""
    return {
        name: [*part[:30].tolist(), part[-1].item()]
        for name, part in zip(("rows", "cols", "vals"), result, strict=True)
    }


# ---- ht: the surface of a hand in a pose, at measured points -----------------------------


def ht_input(data):
    """Return the pose, coordinates within triangles, the model, and what was measured."""
    model, measured = data["data"]["model"], data["data"]
    arrays = {
        name: np.array(model[name], float)
        for name in ("base_relatives", "inverse_base_absolutes", "base_positions", "weights")
    }
    corners = np.array(measured["correspondences"])
    us = np.array(data["us"], float).reshape(-1, 2)
    if len(us):
        corners = np.array(model["triangles"])[corners]
    fixed = (model["parents"], model["is_mirrored"], corners, np.array(measured["points"], float))
    return np.array(data["theta"], float), us, arrays, fixed


def turn(i, j, angle):
    """Return the 3 by 3 matrix that turns axis i to axis j."""
    fixed = np.eye(3)
    fixed[[i, j], [i, j]] = 0
    both, across = np.zeros((3, 3)), np.zeros((3, 3))
    both[[i, j], [i, j]] = 1
    across[j, i], across[i, j] = 1, -1
    return fixed + np.cos(angle) * both + np.sin(angle) * across


def turn_about(axis):
    """Return the 3 by 3 matrix that turns by a vector whose length is the angle."""
    angle = np.sqrt(np.sum(axis**2))
    if angle < 1e-4:
        return np.eye(3)
    x, y, z = axis / angle
    zero = np.zeros(())
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero]).reshape(3, 3)
    unit = axis / angle
    outer = unit[:, None] * unit
    return outer + (np.eye(3) - outer) * np.cos(angle) + cross * np.sin(angle)


def surface(theta, arrays, parents, mirrored):
    """Return the points of the skin, one a row."""
    frame = np.eye(4)[:, :3]
    absolutes, skin = [], 0.0
    for bone, parent in enumerate(parents):
        own = arrays["base_relatives"][bone]
        finger, joint = divmod(bone - 1, 4)
        if bone and joint and finger < 5:  # theta has 4 angles a finger; others stay 0
            first = 6 + 4 * finger
            bent = turn(1, 2, theta[first if joint == 1 else first + joint])
            if joint == 1:
                bent = turn(0, 1, theta[first + 1]) @ bent
            corner = np.zeros((4, 4))
            corner[3, 3] = 1
            own = own @ (frame @ bent @ frame.T + corner)
        absolutes.append(own if parent < 0 else absolutes[parent] @ own)
        moved = (
            arrays["base_positions"] @ (absolutes[bone] @ arrays["inverse_base_absolutes"][bone]).T
        )
        skin = skin + moved[:, :3] * arrays["weights"][:, bone : bone + 1]
    skin = skin * np.array([-1.0 if mirrored else 1.0, 1.0, 1.0])
    return skin @ turn_about(theta[:3]).T + theta[3:6]


def ht(theta, us, arrays, fixed):
    """Return the differences between measured points and those of the surface."""
    parents, mirrored, corners, points = fixed
    skin = surface(theta, arrays, parents, mirrored)
    if not len(us):
        return np.ravel(points - skin[corners])
    u, v = us[:, :1], us[:, 1:]
    a, b, c = corners.T
    return np.ravel(points - (u * skin[a] + v * skin[b] + (1 - u - v) * skin[c]))


def ht_jacobian(theta, us, arrays, fixed):
    """Return the derivatives by the two coordinates of each point, then those by theta."""
    by_theta = jacobian(ht, mode="forward")(theta, us, arrays, fixed)
    columns = []
    for side in range(2 if len(us) else 0):
        unit = np.zeros_like(us)
        unit[:, side] = 1
        columns.append(jvp(lambda us: ht(theta, us, arrays, fixed), (us,), (unit,))[1][:, None])
    return np.concatenate([*columns, by_theta], axis=1)


# ---- kmeans: a step of Newton's method ---------------------------------------------------


def kmeans_input(data):
    """Return centroids and points."""
    return np.array(data["centroids"], float), np.array(data["points"], float)


def kmeans(centroids, points):
    """Return the sum of the squared distances of points from the nearest centroid."""
    across = points @ centroids.T
    squares = np.sum(points**2, axis=1)[:, None] - 2 * across + np.sum(centroids**2, axis=1)
    return np.sum(np.min(squares, axis=1))


def kmeans_direction(centroids, points):
    """Return gradient over Hessian, which is diagonal."""
    slope = partial(kmeans, points=points)
    gradient, curvature = jvp(grad(slope), (centroids,), (np.ones_like(centroids),))
    return gradient / curvature


# ---- llsq, lse, det, ode: short programs -------------------------------------------------


def llsq_input(data):
    """Return coefficients and the number of points."""
    return np.array(data["x"], float), data["n"]


def llsq(x, n):
    """Return half the squared distance of a polynomial from the sign, at n points."""
    t = np.linspace(-1, 1, n)
    return 0.5 * np.sum((np.sign(t) - np.vander(t, len(x), increasing=True) @ x) ** 2)


def det_input(data):
    """Return the entries, row by row, and how many rows there are."""
    return np.array(data["A"], float), data["ell"]


def det(entries, size):
    """Return a determinant by expansion along the first row, again and again."""
    rows = [[entries[size * i + j] for j in range(size)] for i in range(size)]

    def minor(i, columns):
        if len(columns) == 1:
            return rows[i][columns[0]]
        total, sign = 0.0, 1.0
        for place, column in enumerate(columns):
            rest = columns[:place] + columns[place + 1 :]
            total = total + sign * rows[i][column] * minor(i + 1, rest)
            sign = -sign
        return total

    return minor(0, tuple(range(size)))


def ode_input(data):
    """Return the coefficients and the number of steps."""
    return np.array(data["x"], float), data["s"]


def ode(x, steps):
    """Return y(2) for y₀' = x₀, yᵢ' = xᵢ yᵢ₋₁ and y(0) = 0, by Runge and Kutta's method."""
    h, one = 2 / steps, np.ones(1)

    def slope(y):
        return x * np.concatenate([one, y[:-1]])

    y = np.zeros(len(x))
    for _ in range(steps):
        k1 = slope(y)
        k2 = slope(y + h / 2 * k1)
        k3 = slope(y + h / 2 * k2)
        k4 = slope(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y


# ---- particle and saddle: derivatives inside derivatives ---------------------------------


def forward_grad(f):
    """Return the gradient of a function of a vector, by a forward sweep for each entry."""
    return jacobian(f, mode="forward")


MODES = {"f": forward_grad, "r": grad}


def minimiser(f, gradient, start, tolerance=1e-5):
    """Return where gradient descent ends, with steps that grow and shrink, as GradBench has it."""
    x, value, slope = start, f(start), gradient(start)
    rate, since = 1e-5, 0
    while np.sqrt(np.sum(slope**2)) > tolerance:
        if since == 10:
            rate, since = 2 * rate, 0
            continue
        candidate = x - rate * slope
        if np.sqrt(np.sum((x - candidate) ** 2)) <= tolerance:
            break
        lower = f(candidate)
        if lower < value:
            x, value, slope, since = candidate, lower, gradient(candidate), since + 1
        else:
            rate, since = rate / 2, 0
    return x


def maximiser(f, differentiate, start):
    """Return where gradient ascent ends."""
    return minimiser(lambda x: -f(x), differentiate(lambda x: -f(x)), start)


def particle_input(data):
    """Return the control at the start, as a vector."""
    return (np.array([data["w"]], float),)


def miss(w, differentiate):
    """Return the square of where a particle crosses the axis, between two charges."""
    second = np.stack([10.0, 10 - w[0]])

    def potential(x):
        pairs = (x - second, x - np.array([10.0, 0.0]))
        return sum([1 / np.sqrt(np.sum(d**2)) for d in pairs])

    x, v, dt = np.array([0.0, 8.0]), np.array([0.75, 0.0]), 0.1
    while True:
        ahead = x + dt * v
        if not ahead[1] > 0:
            break
        v = v - dt * differentiate(potential)(x)
        x = ahead
    return (x[0] - x[1] / v[1] * v[0]) ** 2


def particle(outer, inner, w):
    """Return the control with which the particle meets the origin."""
    f = partial(miss, differentiate=MODES[inner])
    return minimiser(f, MODES[outer](f), w)[0]


def saddle_input(data):
    """Return where both searches start."""
    return (np.array(data["start"], float),)


def saddle(outer, inner, start):
    """Return the points x and y of min over x of max over y of |x|² - |y|²."""

    def f(x, y):
        return np.sum(x**2) - np.sum(y**2)

    def highest(x):
        return f(x, maximiser(partial(f, x), MODES[inner], start))

    x = minimiser(highest, MODES[outer](highest), start)
    return np.concatenate([x, maximiser(partial(f, x), MODES[outer], start)])


# ---- the modules -------------------------------------------------------------------------


def nested(prepare, f):
    """Return the four functions with forward and reverse mode outside and inside."""
    return {
        outer + inner: Function(prepare, partial(f, outer, inner))
        for outer in "fr"
        for inner in "fr"
    }


def primal_and_gradient(prepare, f, differentiated=None):
    """Return a function and its gradient, or that of another function."""
    return {
        "primal": Function(prepare, f),
        "gradient": Function(prepare, grad(differentiated or f)),
    }


MODULES = {
    "hello": {
        "square": Function(lambda x: (float(x),), square),
        "double": Function(lambda x: (float(x),), grad(square)),
    },
    "gmm": {
        "objective": Function(gmm_input, gmm),
        "jacobian": Function(gmm_input, grad(gmm, (0, 1, 2)), joined),
    },
    "lstm": {
        "objective": Function(lstm_input, lstm),
        "jacobian": Function(lstm_input, grad(lstm, (0, 1)), joined),
    },
    "ba": {
        "objective": Function(ba_input, ba, ba_errors),
        "jacobian": Function(ba_input, ba_jacobian, ba_matrix),
    },
    "ht": {"objective": Function(ht_input, ht), "jacobian": Function(ht_input, ht_jacobian)},
    "kmeans": {
        "cost": Function(kmeans_input, kmeans),
        "dir": Function(kmeans_input, kmeans_direction),
    },
    "llsq": primal_and_gradient(llsq_input, llsq),
    "lse": primal_and_gradient(lambda data: (np.array(data["x"], float),), log_sum_exp),
    "det": primal_and_gradient(det_input, det),
    "ode": primal_and_gradient(ode_input, ode, lambda x, steps: ode(x, steps)[-1]),
    "particle": nested(particle_input, particle),
    "saddle": nested(saddle_input, saddle),
}
