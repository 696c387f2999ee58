"""prp-checkpoints: 2⌈√N⌉ values suffice to differentiate a chain of N operations."""

from math import cos, isclose, isqrt, prod, sin

from hypothesis import given
from hypothesis import strategies as st
from kink_instances import jagged
from near import broken, missed
from sweeps import approximates


def root(n):
    """Return ⌈√n⌉ without rounding."""
    return isqrt(n - 1) + 1


# A chain is its operations, of which the first follows on the last again, and their slopes from
# the values before and after.
SINE = (sin, lambda before, after: cos(before))
SQUARE = (lambda v: v * v, lambda before, after: 2 * before)
JAGGED = (lambda v: 1 + 3 * v + float(jagged(v)), lambda before, after: 3.0)  # at 0


def shifted(counts):
    """Change the first number and the last, and not the sum."""
    return [counts[0] + 1, *counts[1:-1], counts[-1] - 1] if len(counts) > 1 else counts


NEAR_MISSES = {
    "a value less": {"less": 1},
    "2⌈√N⌉, times .99": {"times": 0.99},
    "every operation once": {"performed": 1},
    "2N in all: the first operation once more, the last once less": {"counted": shifted},
    "one checkpoint only": {"segment": lambda n: n},
    "a checkpoint at every value": {"segment": lambda n: 1},
    "the slope at the value after": {"at": lambda before, after: after},
    "one operation, for each its own": {"of": lambda k: 0},
    "the derivative, a millionth more": {"gain": 1 + 1e-6},
    "the value before the last operation": {"returned": lambda before, v: before},
    "the value, a millionth more": {"returned": lambda before, v: v + 1e-6},
}


def hypotheses(n, x, chain):
    """Tried at the first of the values."""
    differentiable, v = [], x
    for k in range(min(n, 8)):
        operation, slope = chain[k % len(chain)]
        after = operation(v)
        differentiable.append(approximates(operation, [slope(v, after)], [v]))
        v = after
    return {"functions": all(differentiable)}


def conclusion(
    n,
    x,
    chain,
    *,
    segment=root,
    at=lambda before, after: before,
    of=lambda k: k,
    gain=1.0,
    returned=lambda before, v: v,
    performed=2,
    counted=list,
    less=0,
    times=1.0,
):
    """Follow the proof; count the values that are stored, and how often each operation is done."""
    stored, v, before, done, most, length = {}, x, x, [0] * n, 0, segment(n)

    def step(i):
        return chain[of(i) % len(chain)]

    def perform(i, value):
        done[i] += 1
        return step(i)[0](value)

    def result(v, slopes=None):
        for k in range(n):
            operation, slope = chain[k % len(chain)]
            before, v = v, operation(v)
            if slopes is not None:
                slopes.append(slope(before, v))
        return v

    for i in range(n):
        if i % length == 0:
            stored[i] = v
        before, v = v, perform(i, v)
        most = max(most, len(stored))
    adjoint = gain
    for start in reversed(range(0, n, length)):
        end = min(start + length, n)
        for i in range(start, end):
            stored[i + 1] = perform(i, stored[i])
            most = max(most, len(stored))
        for i in reversed(range(start, end)):
            adjoint *= step(i)[1](at(stored[i], stored[i + 1]), stored[i + 1])
            del stored[i + 1]
        del stored[start]
    slopes = []
    return (
        most <= times * 2 * root(n) - less
        and max(counted(done)) <= performed
        and returned(before, v) == result(x, slopes)
        and isclose(adjoint, prod(slopes), rel_tol=1e-9)
        and approximates(result, [adjoint], [x])
    )


SINES = (0.7, [SINE])


@given(st.integers(1, 2000))
def test_holds(n):
    assert not broken(hypotheses(n, *SINES))
    assert conclusion(n, *SINES)


def test_near_misses():
    instances = [(n, *SINES) for n in (1, 16, 100)]
    instances += [(5, 0.7, [SINE, SQUARE]), (3, 0.0, [JAGGED, SQUARE, SINE]), (3, -1.1, [SQUARE])]
    assert not missed(NEAR_MISSES, instances, conclusion, hypotheses)
    # Each of them tells, whatever N and v₀.
    assert not any(conclusion(*one, gain=1 + 1e-6) for one in instances)
    assert not any(conclusion(*one, performed=1) for one in instances)


def test_tight():
    assert conclusion(16, *SINES)
    assert not conclusion(16, *SINES, times=0.99)


def test_without_functions():
    class Drift:
        """Multiply by a factor that grows with every call."""

        factor = 1.0

        def __call__(self, v):
            self.factor += 0.125
            return v * self.factor

    drift = (Drift(), lambda before, after: after / before)
    kink = (abs, lambda before, after: 1.0)
    for instance in (4, 1.0, [drift]), (3, 0.5, [SINE, (lambda v: v - sin(0.5), SINE[1]), kink]):
        assert broken(hypotheses(*instance)) == ["functions"]
        assert not conclusion(*instance)
