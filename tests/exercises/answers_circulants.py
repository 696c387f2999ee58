"""Answers to chapter 20's exercises, right ones of any style and typical wrong ones."""

import cmath
from fractions import Fraction

import numpy as np
from answers import each, right, wrong

# ---- circulant-matrix -------------------------------------------------------------------


@right("circulant-matrix")
def by_its_entries(kernel):
    n = len(kernel)
    return [[kernel[(i - j) % n] for j in range(n)] for i in range(n)]


@right("circulant-matrix")
def by_rolled_columns(kernel):
    return np.stack([np.roll(kernel, j) for j in range(len(kernel))], axis=1)


@right("circulant-matrix")
def as_a_sum_of_powers(kernel):
    n = len(kernel)
    S = np.roll(np.eye(n, dtype=int), 1, axis=0)
    return sum(a * np.linalg.matrix_power(S, k) for k, a in enumerate(kernel))


@right("circulant-matrix")
def by_negative_indices(kernel):
    return [[kernel[i - j] for j in range(len(kernel))] for i in range(len(kernel))]


@wrong("circulant-matrix")
def the_transpose(kernel):
    return by_rolled_columns(kernel).T


@wrong("circulant-matrix")
def rolled_the_other_way(kernel):
    return np.stack([np.roll(kernel, -j) for j in range(len(kernel))], axis=1)


@wrong("circulant-matrix")
def with_zeros_for_what_comes_round(kernel):
    return np.tril(by_rolled_columns(kernel))


@wrong("circulant-matrix")
def a_hankel_matrix(kernel):
    n = len(kernel)
    return [[kernel[(i + j) % n] for j in range(n)] for i in range(n)]


@wrong("circulant-matrix")
def on_the_diagonal(kernel):
    return np.diag(kernel)


@wrong("circulant-matrix")
def off_by_one(kernel):
    n = len(kernel)
    return [[kernel[(i - j - 1) % n] for j in range(n)] for i in range(n)]


@wrong("circulant-matrix")
def of_the_reversed_kernel(kernel):
    return by_rolled_columns(kernel[::-1])


@wrong("circulant-matrix")
def the_kernel_itself(kernel):
    return kernel


@wrong("circulant-matrix")
def all_columns_alike(kernel):
    return [[a] * len(kernel) for a in kernel]


@wrong("circulant-matrix")
def symmetric(kernel):
    n = len(kernel)
    return [[kernel[abs(i - j)] for j in range(n)] for i in range(n)]


@wrong("circulant-matrix")
def one_column_too_many(kernel):
    return np.stack([np.roll(kernel, j) for j in range(len(kernel) + 1)], axis=1)


@wrong("circulant-matrix")
def modulo_four(kernel):
    n = len(kernel)
    return [[kernel[(i - j) % min(n, 4)] for j in range(n)] for i in range(n)]


# ---- circulant-flip ---------------------------------------------------------------------


@right("circulant-flip")
def keeps_the_first(weights):
    return [weights[0], *weights[:0:-1]]


@right("circulant-flip")
def by_indices(weights):
    return [weights[-k % len(weights)] for k in range(len(weights))]


@right("circulant-flip")
def rolls_the_reversed(weights):
    return np.roll(weights[::-1], 1)


@right("circulant-flip")
def asks_for_the_answer(weights):
    n, e = len(weights), [1] + [0] * (len(weights) - 1)
    return [sum(weights[k] * e[(i + k) % n] for k in range(n)) for i in range(n)]


@right("circulant-flip")
def by_conjugation(weights):
    return np.fft.ifft(np.conj(np.fft.fft(weights))).real


@wrong("circulant-flip")
def reversed_throughout(weights):
    return weights[::-1]


@wrong("circulant-flip")
def unchanged(weights):
    return weights


@wrong("circulant-flip")
def rolled_too_far(weights):
    return np.roll(weights[::-1], 2)


@wrong("circulant-flip")
def rolled_back(weights):
    return np.roll(weights[::-1], -1)


@wrong("circulant-flip")
def with_other_signs(weights):
    return [-w for w in weights]


@wrong("circulant-flip")
def keeps_the_last(weights):
    return [*weights[-2::-1], weights[-1]]


@wrong("circulant-flip")
def the_transform(weights):
    return np.fft.fft(weights).real


@wrong("circulant-flip")
def exchanges_the_ends(weights):
    return [weights[-1], *weights[1:-1], weights[0]] if len(weights) > 1 else weights


@wrong("circulant-flip")
def one_too_few(weights):
    return weights[:0:-1]


@wrong("circulant-flip")
def shifted_only(weights):
    return np.roll(weights, 1)


@wrong("circulant-flip")
def sorted_weights(weights):
    return sorted(weights)


@wrong("circulant-flip")
def flips_four(weights):
    return [weights[0], *weights[1:4][::-1], *weights[4:]]


# ---- circulant-witness ------------------------------------------------------------------


def difference(matrix):
    M = np.array(matrix)
    return np.roll(M, -1, axis=1) - np.roll(M, 1, axis=0)


@right("circulant-witness")
def the_first_unit_vector(matrix):
    M = np.array(matrix)
    for e in np.eye(len(M)):
        if np.any(M @ np.roll(e, 1) != np.roll(M @ e, 1)):
            return e
    return None


@right("circulant-witness")
def the_largest_column(matrix):
    sizes = np.abs(difference(matrix)).max(axis=0)
    j = int(np.argmax(sizes))
    return [int(i == j) for i in range(len(matrix))] if sizes[j] else None


@right("circulant-witness")
def a_row_of_the_difference(matrix):
    rows = difference(matrix)
    i = int(np.argmax(np.abs(rows).max(axis=1)))
    return rows[i] if np.any(rows[i]) else None


@right("circulant-witness")
def growing_powers(matrix):
    """Entries so unequal that they cannot cancel."""
    x = [100**k for k in range(len(matrix))]
    return (
        x
        if any(
            sum(d * v for d, v in zip(row, x, strict=True)) for row in difference(matrix).tolist()
        )
        else None
    )


@wrong("circulant-witness")
def never(matrix):
    return None


@wrong("circulant-witness")
def always_e_0(matrix):
    return np.eye(len(matrix))[0]


@wrong("circulant-witness")
def e_0_alone(matrix):
    e = np.eye(len(matrix))[0]
    return e if np.any(difference(matrix) @ e) else None


@wrong("circulant-witness")
def e_0_and_e_1(matrix):
    for e in np.eye(len(matrix))[:2]:
        if np.any(difference(matrix) @ e):
            return e
    return None


@wrong("circulant-witness")
def the_ones(matrix):
    e = np.ones(len(matrix))
    return e if np.any(difference(matrix) @ e) else None


@wrong("circulant-witness")
def alternating(matrix):
    e = (-1.0) ** np.arange(len(matrix))
    return e if np.any(difference(matrix) @ e) else None


@wrong("circulant-witness")
def unless_symmetric(matrix):
    M = np.array(matrix)
    return None if np.array_equal(M, M.T) else the_first_unit_vector(matrix)


@wrong("circulant-witness")
def compares_the_transpose(matrix):
    M = np.array(matrix)
    S = np.roll(np.eye(len(M), dtype=int), 1, axis=0)
    wrongly = (M @ S).T - S @ M
    for e in np.eye(len(M)):
        if np.any(wrongly @ e):
            return e
    return None


@wrong("circulant-witness")
def without_coming_round(matrix):
    M = np.array(matrix)
    if np.array_equal(M[1:, 1:], M[:-1, :-1]):
        return None
    return the_first_unit_vector(matrix)


@wrong("circulant-witness")
def where_it_should_be(matrix):
    e = the_first_unit_vector(matrix)
    return None if e is None else np.roll(e, 1)


@wrong("circulant-witness")
def nothing_as_a_witness(matrix):
    return None if the_first_unit_vector(matrix) is None else [0] * len(matrix)


@wrong("circulant-witness")
def yes_or_no(matrix):
    return the_first_unit_vector(matrix) is None


@wrong("circulant-witness")
def the_column_sums(matrix):
    sums = np.array(matrix).sum(axis=0)
    return None if np.all(sums == sums[0]) else the_first_unit_vector(matrix)


@wrong("circulant-witness")
def the_first_four(matrix):
    for e in np.eye(len(matrix))[:4]:
        if np.any(difference(matrix) @ e):
            return e
    return None


# ---- circulant-inverse ------------------------------------------------------------------


@right("circulant-inverse")
def in_the_fourier_basis(kernel):
    transformed = np.fft.fft(kernel)
    return np.fft.ifft(1 / transformed).real if np.abs(transformed).min() > 1e-9 else None


@right("circulant-inverse")
def by_fractions(kernel):
    """Gauss elimination without rounding."""
    n = len(kernel)
    rows = [
        [Fraction(kernel[(i - j) % n]) for j in range(n)] + [Fraction(i == 0)] for i in range(n)
    ]
    for c in range(n):
        p = next((r for r in range(c, n) if rows[r][c]), None)
        if p is None:
            return None
        rows[c], rows[p] = rows[p], rows[c]
        rows[c] = [v / rows[c][c] for v in rows[c]]
        for r in range(n):
            if r != c:
                rows[r] = [v - rows[r][c] * w for v, w in zip(rows[r], rows[c], strict=True)]
    return [float(row[-1]) for row in rows]


@right("circulant-inverse")
def by_rank_and_solve(kernel):
    C = np.array(by_its_entries(kernel), dtype=float)
    if np.linalg.matrix_rank(C) < len(C):
        return None
    return np.linalg.solve(C, np.eye(len(C))[0])


@right("circulant-inverse")
def by_hand(kernel):
    n = len(kernel)
    at = [cmath.exp(-2j * cmath.pi * k / n) for k in range(n)]
    values = [sum(a * z**k for k, a in enumerate(kernel)) for z in at]
    if min(map(abs, values)) < 1e-9:
        return None
    return [
        (sum(z ** (-k) / v for z, v in zip(at, values, strict=True)) / n).real for k in range(n)
    ]


@wrong("circulant-inverse")
def exactly_zero(kernel):
    transformed = np.fft.fft(kernel)
    with np.errstate(all="ignore"):
        return np.fft.ifft(1 / transformed).real if np.all(transformed != 0) else None


@wrong("circulant-inverse")
def reciprocals(kernel):
    return [1 / a for a in kernel] if all(kernel) else None


@wrong("circulant-inverse")
def never_an_inverse(kernel):
    return None


@wrong("circulant-inverse")
def pseudoinverse(kernel):
    return np.linalg.pinv(np.array(by_its_entries(kernel), dtype=float))[:, 0]


@wrong("circulant-inverse")
def the_first_row(kernel):
    b = in_the_fourier_basis(kernel)
    return None if b is None else np.roll(b[::-1], 1)


@wrong("circulant-inverse")
def the_flipped_kernel(kernel):
    return keeps_the_first(kernel) if in_the_fourier_basis(kernel) is not None else None


@wrong("circulant-inverse")
def undivided(kernel):
    b = in_the_fourier_basis(kernel)
    return None if b is None else b * len(kernel)


@wrong("circulant-inverse")
def transformed_the_other_way(kernel):
    transformed = np.fft.fft(kernel)
    return np.fft.fft(1 / transformed).real if np.abs(transformed).min() > 1e-9 else None


@wrong("circulant-inverse")
def by_the_real_part(kernel):
    real = np.fft.fft(kernel).real
    return np.fft.ifft(1 / real).real if np.abs(real).min() > 1e-9 else None


@wrong("circulant-inverse")
def if_the_sum_is_not_zero(kernel):
    if sum(kernel) == 0:
        return None
    with np.errstate(all="ignore"):
        return np.fft.ifft(1 / np.fft.fft(kernel)).real


@wrong("circulant-inverse")
def the_one_at_the_end(kernel):
    b = in_the_fourier_basis(kernel)
    return None if b is None else np.roll(b, -1)


@wrong("circulant-inverse")
def blurred_zero(kernel):
    transformed = np.fft.fft(kernel)
    return np.fft.ifft(1 / transformed).real if np.abs(transformed).min() > 1.5 else None


@wrong("circulant-inverse")
def damped(kernel):
    transformed = np.fft.fft(kernel)
    if np.abs(transformed).min() < 1e-9:
        return None
    return np.fft.ifft(transformed.conj() / (np.abs(transformed) ** 2 + 1e-3)).real


@wrong("circulant-inverse")
def of_the_first_four(kernel):
    return in_the_fourier_basis(kernel[:4])


def one_vector(entry):
    """Try one vector."""

    def answer(matrix):
        M = np.array(matrix)
        x = np.array([entry(k) for k in range(len(M))])
        return None if np.array_equal(M @ np.roll(x, 1), np.roll(M @ x, 1)) else x.tolist()

    return answer


each(
    wrong("circulant-witness"),
    {
        "the_numbers_from_0": one_vector(lambda k: k),
        "the_numbers_from_1": one_vector(lambda k: k + 1),
        "the_squares": one_vector(lambda k: k * k),
        "powers_of_2": one_vector(lambda k: 2**k),
        "powers_of_10": one_vector(lambda k: 10**k),
    },
)
