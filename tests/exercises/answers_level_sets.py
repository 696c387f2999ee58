"""Answers to chapter 1's exercises, right ones of any style and typical wrong ones."""

import math
from fractions import Fraction

import numpy as np
from answers import right, taking, wrong

# ---- level-project ----------------------------------------------------------------------


def project(gradient, step, factor=1.0, over=None):
    g, s = np.array(gradient), np.array(step)
    return s - factor * (g @ s) / (g @ g if over is None else over(g)) * g


@taking(right("level-project"))
def by_the_formula(gradient, step):
    return project(gradient, step)


@taking(right("level-project"))
def by_least_squares(gradient, step):
    g, s = np.array(gradient)[:, None], np.array(step)
    return s - g @ np.linalg.lstsq(g, s, rcond=None)[0]


@taking(right("level-project"))
def in_fractions(gradient, step):
    g, s = map(Fraction, gradient), [Fraction(x) for x in step]
    g = list(g)
    share = sum(a * b for a, b in zip(g, s, strict=True)) / sum(a * a for a in g)
    return [float(b - share * a) for a, b in zip(g, s, strict=True)]


@taking(right("level-project"))
def by_a_matrix(gradient, step):
    g = np.array(gradient)
    return (np.eye(len(g)) - np.outer(g, g) / (g @ g)) @ np.array(step)


@taking(wrong("level-project"))
def the_step_itself(gradient, step):
    return step


@taking(wrong("level-project"))
def nothing_at_all(gradient, step):
    return [0.0] * len(step)


@taking(wrong("level-project"))
def forgets_to_square_the_length(gradient, step):
    return project(gradient, step, over=lambda g: np.linalg.norm(g))


@taking(wrong("level-project"))
def a_little_too_little(gradient, step):
    return project(gradient, step, factor=1 - 1e-5)


@taking(wrong("level-project"))
def forgets_the_length(gradient, step):
    return project(gradient, step, over=lambda g: 1.0)


@taking(wrong("level-project"))
def adds_instead(gradient, step):
    return project(gradient, step, factor=-1.0)


@taking(wrong("level-project"))
def reflects(gradient, step):
    return project(gradient, step, factor=2.0)


@taking(wrong("level-project"))
def the_part_along_the_gradient(gradient, step):
    return np.array(step) - project(gradient, step)


@taking(wrong("level-project"))
def projects_the_gradient_on_the_step(gradient, step):
    g, s = np.array(gradient), np.array(step)
    return g - (g @ s) / (s @ s or 1.0) * s


@taking(wrong("level-project"))
def turns_by_a_right_angle(gradient, step):
    g = list(gradient)
    return [-g[1], g[0], *[0.0] * (len(g) - 2)] if len(g) > 1 else [0.0]


@taking(wrong("level-project"))
def divides_by_the_step(gradient, step):
    s = np.array(step)
    return project(gradient, step, over=lambda g: s @ s or 1.0)


@taking(wrong("level-project"))
def zeroes_the_largest(gradient, step):
    largest = max(range(len(gradient)), key=lambda i: abs(gradient[i]))
    return [0.0 if i == largest else s for i, s in enumerate(step)]


@taking(wrong("level-project"))
def looks_at_three_entries(gradient, step):
    short = np.array(step, dtype=float)
    if any(gradient[:3]):
        short[:3] = project(gradient[:3], step[:3])
    return short


@taking(wrong("level-project"))
def one_per_cent_off(gradient, step):
    return project(gradient, step, factor=0.99)


# ---- level-steepest ---------------------------------------------------------------------


@right("level-steepest")
def signs(gradient):
    return np.sign(gradient)


@right("level-steepest")
def one_for_zero(gradient):
    return [1 if g >= 0 else -1 for g in gradient]


@right("level-steepest")
def copies_the_sign(gradient):
    return [math.copysign(1, g) for g in gradient]


@wrong("level-steepest")
def the_unit_vector(gradient):
    length = math.sqrt(sum(g * g for g in gradient))
    return [g / length for g in gradient] if length else gradient


@wrong("level-steepest")
def the_gradient(gradient):
    return gradient


@wrong("level-steepest")
def by_the_largest(gradient):
    most = max(map(abs, gradient))
    return [g / most for g in gradient] if most else gradient


@wrong("level-steepest")
def downhill(gradient):
    return [-1 if g > 0 else 1 for g in gradient]


@wrong("level-steepest")
def all_ones(gradient):
    return [1] * len(gradient)


@wrong("level-steepest")
def only_the_largest(gradient):
    largest = max(range(len(gradient)), key=lambda i: abs(gradient[i]))
    return [math.copysign(1, g) if i == largest else 0 for i, g in enumerate(gradient)]


@wrong("level-steepest")
def clipped(gradient):
    return np.clip(gradient, -0.5, 0.5)


@wrong("level-steepest")
def absolute_values(gradient):
    return [abs(g) / (abs(g) or 1) for g in gradient]


@wrong("level-steepest")
def smooth_signs(gradient):
    return np.tanh(gradient)


@wrong("level-steepest")
def halves(gradient):
    return [0.5 * (g > 0) - 0.5 * (g < 0) for g in gradient]


@wrong("level-steepest")
def positive_part(gradient):
    return [1.0 if g > 0 else 0.0 for g in gradient]


@wrong("level-steepest")
def too_far(gradient):
    return [2.0 * (g > 0) - 2.0 * (g < 0) for g in gradient]


# ---- level-ellipse ----------------------------------------------------------------------


def onto(axes, x):
    x = np.array(x, dtype=float)
    return x / np.sqrt(np.sum((x / axes) ** 2))


@taking(right("level-ellipse"))
def by_the_multiplier(axes, direction):
    a, c = np.array(axes), np.array(direction)
    return a**2 * c / np.linalg.norm(a * c)


@taking(right("level-ellipse"))
def as_a_sphere(axes, direction):
    a, c = np.array(axes), np.array(direction)
    u = a * c
    return a * (u / np.linalg.norm(u))


@taking(right("level-ellipse"))
def scaled_onto_it(axes, direction):
    a, c = np.array(axes), np.array(direction)
    return list(onto(a, a * a * c))


@taking(wrong("level-ellipse"))
def along_the_direction(axes, direction):
    return onto(np.array(axes), direction)


@taking(wrong("level-ellipse"))
def once_too_few(axes, direction):
    a = np.array(axes)
    return onto(a, a * direction)


@taking(wrong("level-ellipse"))
def once_too_many(axes, direction):
    a = np.array(axes)
    return onto(a, a**3 * direction)


@taking(wrong("level-ellipse"))
def the_nearest(axes, direction):
    return -by_the_multiplier(axes, direction)


@taking(wrong("level-ellipse"))
def not_scaled(axes, direction):
    return np.array(axes) ** 2 * np.array(direction)


@taking(wrong("level-ellipse"))
def scaled_to_the_sphere(axes, direction):
    x = np.array(axes) ** 2 * np.array(direction)
    return x / np.linalg.norm(x)


@taking(wrong("level-ellipse"))
def a_corner_of_the_box(axes, direction):
    return np.array(axes) * np.sign(direction)


@taking(wrong("level-ellipse"))
def the_longest_axis(axes, direction):
    longest = int(np.argmax(axes))
    return [a * (i == longest) for i, a in enumerate(axes)]


@taking(wrong("level-ellipse"))
def the_best_axis(axes, direction):
    best = int(np.argmax(np.abs(np.array(axes) * direction)))
    return [a * np.sign(direction[best]) * (i == best) for i, a in enumerate(axes)]


@taking(wrong("level-ellipse"))
def divides_by_the_axes(axes, direction):
    a = np.array(axes)
    return onto(a, np.array(direction) / a**2)


@taking(wrong("level-ellipse"))
def absolute_direction(axes, direction):
    return np.abs(by_the_multiplier(axes, direction))


@taking(wrong("level-ellipse"))
def the_value(axes, direction):
    return np.linalg.norm(np.array(axes) * direction)


@taking(wrong("level-ellipse"))
def forgets_the_root(axes, direction):
    a, c = np.array(axes), np.array(direction)
    return a**2 * c / np.sum((a * c) ** 2)
