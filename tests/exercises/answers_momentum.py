"""Answers to chapter 7's exercises, right ones of any style and typical wrong ones."""

import math

import numpy as np
from answers import right, taking, wrong

from dlbook.optimize import HeavyBall, Nesterov

# ---- momentum-best-step -----------------------------------------------------------------


@right("momentum-best-step")
def balanced(values):
    return 2 / (min(values) + max(values))


@right("momentum-best-step")
def sorted_first(values):
    ordered = sorted(values)
    return 1 / np.mean([ordered[0], ordered[-1]])


@right("momentum-best-step")
def by_ternary_search(values):
    low, high = 0.0, 2 / max(values)
    for _ in range(200):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        if max(abs(1 - a * v) for v in values) < max(abs(1 - b * v) for v in values):
            high = b
        else:
            low = a
    return low


for name, formula in {
    "one_over_l": lambda v: 1 / max(v),
    "two_over_l": lambda v: 2 / max(v),
    "one_over_m": lambda v: 1 / min(v),
    "one_over_the_sum": lambda v: 1 / (min(v) + max(v)),
    "four_over_the_sum": lambda v: 4 / (min(v) + max(v)),
    "the_sum_over_two": lambda v: (min(v) + max(v)) / 2,
    "the_mean": lambda v: 1 / np.mean(v),
    "first_and_last": lambda v: 2 / (v[0] + v[-1]),
    "two_over_all": lambda v: 2 / sum(v),
    "geometric": lambda v: 1 / math.sqrt(min(v) * max(v)),
    "heavy_balls": lambda v: 4 / (math.sqrt(min(v)) + math.sqrt(max(v))) ** 2 * 1.01,
    "mean_of_the_inverses": lambda v: (1 / min(v) + 1 / max(v)) / 2,
    "the_first_five": lambda v: 2 / (min(v[:5]) + max(v[:5])),
    "negative": lambda v: -2 / (min(v) + max(v)),
    "the_factor": lambda v: (max(v) - min(v)) / (max(v) + min(v)),
}.items():
    formula.__name__ = name
    wrong("momentum-best-step")(formula)


# ---- momentum-heavy-ball ----------------------------------------------------------------


@taking(right("momentum-heavy-ball"))
def two_points(eigenvalues, start, alpha, beta, steps):
    A, now = np.array(eigenvalues), np.array(start)
    before = now
    for _ in range(steps):
        now, before = now - alpha * A * now + beta * (now - before), now
    return now


@taking(right("momentum-heavy-ball"))
def a_velocity(eigenvalues, start, alpha, beta, steps):
    w, v = list(start), [0.0] * len(start)
    for _ in range(steps):
        v = [beta * b + a * x for a, b, x in zip(eigenvalues, v, w, strict=True)]
        w = [x - alpha * b for x, b in zip(w, v, strict=True)]
    return w


@taking(right("momentum-heavy-ball"))
def by_the_block(eigenvalues, start, alpha, beta, steps):
    blocks = [np.array([[1 + beta - alpha * a, -beta], [1, 0]]) for a in eigenvalues]
    return [
        (np.linalg.matrix_power(block, steps) @ [x, x])[0]
        for block, x in zip(blocks, start, strict=True)
    ]


@taking(right("momentum-heavy-ball"))
def by_the_library(eigenvalues, start, alpha, beta, steps):
    method, w = HeavyBall(alpha, beta), np.array(start)
    state = method.init(w)
    for _ in range(steps):
        w, state = method.update(np.array(eigenvalues) * w, state, w)
    return w


def walking(name, rate):
    """Return a decorator for one wrong step: ``(A, now, before, rate, beta) → now, before``."""

    def made(step):
        def answer(given):
            A, now = np.array(given["eigenvalues"]), np.array(given["start"])
            before = now
            for _ in range(given["steps"]):
                now, before = step(A, now, before, given[rate], given["beta"])
            return now

        answer.__name__ = step.__name__
        wrong(name)(answer)
        return step

    return made


ball = walking("momentum-heavy-ball", "alpha")


@ball
def no_momentum(A, now, before, alpha, beta):
    return now - alpha * A * now, now


@ball
def never_remembers(A, now, before, alpha, beta):
    new = now - alpha * A * now
    return new + beta * (new - new), now


@ball
def the_start_for_the_point_before(A, now, before, alpha, beta):
    return now - alpha * A * now + beta * (now - before), before


@ball
def updates_before_first(A, now, before, alpha, beta):
    before = now
    return now - alpha * A * now + beta * (now - before), before


@ball
def the_other_sign_of_beta(A, now, before, alpha, beta):
    return now - alpha * A * now - beta * (now - before), now


@ball
def up_the_gradient(A, now, before, alpha, beta):
    return now + alpha * A * now + beta * (now - before), now


@ball
def nesterovs(A, now, before, alpha, beta):
    y = now + beta * (now - before)
    return y - alpha * A * y, now


@ball
def an_average_of_both(A, now, before, alpha, beta):
    return now - (1 - beta) * alpha * A * now + beta * (now - before), now


@ball
def the_gradient_before(A, now, before, alpha, beta):
    return now - alpha * A * before + beta * (now - before), now


@ball
def the_root_of_beta(A, now, before, alpha, beta):
    return now - alpha * A * now + beta**0.5 * (now - before), now


@ball
def the_objective_without_the_half(A, now, before, alpha, beta):
    return now - 2 * alpha * A * now + beta * (now - before), now


@ball
def no_eigenvalues(A, now, before, alpha, beta):
    return now - alpha * now + beta * (now - before), now


@taking(wrong("momentum-heavy-ball"))
def one_step_more(eigenvalues, start, alpha, beta, steps):
    return two_points(eigenvalues, start, alpha, beta, steps + 1)


@taking(wrong("momentum-heavy-ball"))
def one_step_fewer(eigenvalues, start, alpha, beta, steps):
    return two_points(eigenvalues, start, alpha, beta, max(0, steps - 1))


@taking(wrong("momentum-heavy-ball"))
def from_zero_before(eigenvalues, start, alpha, beta, steps):
    A, now = np.array(eigenvalues), np.array(start)
    before = 0 * now
    for _ in range(steps):
        now, before = now - alpha * A * now + beta * (now - before), now
    return now


# ---- momentum-nesterov ------------------------------------------------------------------


@taking(right("momentum-nesterov"))
def three_points(eigenvalues, start, eta, beta, steps):
    A, now = np.array(eigenvalues), np.array(start)
    before = now
    for _ in range(steps):
        y = now + beta * (now - before)
        now, before = y - eta * A * y, now
    return now


@taking(right("momentum-nesterov"))
def in_python(eigenvalues, start, eta, beta, steps):
    ends = []
    for a, x in zip(eigenvalues, start, strict=True):
        before = now = x
        for _ in range(steps):
            now, before = (1 - eta * a) * ((1 + beta) * now - beta * before), now
        ends.append(now)
    return ends


@taking(right("momentum-nesterov"))
def the_librarys_last(eigenvalues, start, eta, beta, steps):
    method, y = Nesterov(eta, beta), np.array(start)
    state = method.init(y)
    for _ in range(steps):
        y, state = method.update(np.array(eigenvalues) * y, state, y)
    return method.last(y, state)


ahead = walking("momentum-nesterov", "eta")


@ahead
def heavy_balls_step(A, now, before, eta, beta):
    return now - eta * A * now + beta * (now - before), now


@ahead
def steps_from_w(A, now, before, eta, beta):
    y = now + beta * (now - before)
    return now - eta * A * y, now


@ahead
def plain(A, now, before, eta, beta):
    return now - eta * A * now, now


@ahead
def backwards(A, now, before, eta, beta):
    y = now - beta * (now - before)
    return y - eta * A * y, now


@ahead
def never_moves_before(A, now, before, eta, beta):
    y = now + beta * (now - before)
    return y - eta * A * y, before


@ahead
def remembers_y(A, now, before, eta, beta):
    y = now + beta * (now - before)
    return y - eta * A * y, y


@ahead
def up(A, now, before, eta, beta):
    y = now + beta * (now - before)
    return y + eta * A * y, now


@ahead
def beta_twice(A, now, before, eta, beta):
    y = now + 2 * beta * (now - before)
    return y - eta * A * y, now


@ahead
def beta_squared(A, now, before, eta, beta):
    y = now + beta**2 * (now - before)
    return y - eta * A * y, now


@ahead
def no_half(A, now, before, eta, beta):
    y = now + beta * (now - before)
    return y - 2 * eta * A * y, now


@ahead
def one_for_all_eigenvalues(A, now, before, eta, beta):
    y = now + beta * (now - before)
    return y - eta * A[0] * y, now


@taking(wrong("momentum-nesterov"))
def returns_y(eigenvalues, start, eta, beta, steps):
    A, now = np.array(eigenvalues), np.array(start)
    before = y = now
    for _ in range(steps):
        now, before = y - eta * A * y, now
        y = now + beta * (now - before)
    return y


@taking(wrong("momentum-nesterov"))
def a_step_more(eigenvalues, start, eta, beta, steps):
    return three_points(eigenvalues, start, eta, beta, steps + 1)


@taking(wrong("momentum-nesterov"))
def a_step_fewer(eigenvalues, start, eta, beta, steps):
    return three_points(eigenvalues, start, eta, beta, max(0, steps - 1))


# ---- momentum-parameters ----------------------------------------------------------------


@right("momentum-parameters")
def from_the_ends(factor):
    alpha = (1 + factor) ** 2
    return alpha, (1 - factor) ** 2 / alpha


@right("momentum-parameters")
def from_kappa(factor):
    root = (1 + factor) / (1 - factor)
    m = 1 / root**2
    return [4 / (1 + math.sqrt(m)) ** 2, m]


@right("momentum-parameters")
def as_an_array(factor):
    m = ((1 - factor) / (1 + factor)) ** 2
    return np.array([2 * (1 + factor**2) / (1 + m), m])


for name, formula in {
    "the_root_for_m": lambda r: ((1 + r) ** 2, (1 - r) / (1 + r)),
    "the_factor_is_beta": lambda r: from_the_ends(math.sqrt(r)),
    "squared": lambda r: from_the_ends(r * r),
    "kappa_for_m": lambda r: ((1 + r) ** 2, ((1 + r) / (1 - r)) ** 2),
    "the_other_order": lambda r: from_the_ends(r)[::-1],
    "the_other_end": lambda r: ((1 - r) ** 2, (1 - r) ** 2 / (1 + r) ** 2),
    "no_square": lambda r: (1 + r, (1 - r) / (1 + r)),
    "m_not_divided": lambda r: ((1 + r) ** 2, (1 - r) ** 2),
    "one_over_l": lambda r: (1.0, (1 - r) ** 2),
    "two_over_the_sum": lambda r: (2 / (1 + from_the_ends(r)[1]), from_the_ends(r)[1]),
    "nesterovs": lambda r: (1.0, ((1 - r) / (1 + r)) ** 2),
    "gradient_descents": lambda r: (2 / (1 + (1 - r) / (1 + r)), (1 - r) / (1 + r)),
    "alpha_inverted": lambda r: (1 / (1 + r) ** 2, ((1 - r) / (1 + r)) ** 2),
    "m_too_large": lambda r: ((1 + r) ** 2, 1.1 * ((1 - r) / (1 + r)) ** 2),
    "m_is_one": lambda r: ((1 + r) ** 2, 1.0),
}.items():
    formula.__name__ = name
    wrong("momentum-parameters")(formula)
