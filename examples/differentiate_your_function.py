"""Differentiate a function of your own, written in plain NumPy.

Replace `swing` by your function and run the script again. It shows four things: the gradient, a
check of it against differences, the Hessian in one direction, and what happens where NumPy would
lose the derivative.
"""

from __future__ import annotations

import argparse

import numpy as np

from dlbook import autodiff


def swing(parameters):
    """Return how far a damped pendulum is from rest after a hundred small steps."""
    length, friction = parameters
    angle, speed, step = 1.0, 0.0, 0.02
    for _ in range(100):  # loops, branches and your own functions are followed
        speed = speed - step * (9.81 / length * np.sin(angle) + friction * speed)
        angle = angle + step * speed
    return angle**2


def main(argv=None):
    """Differentiate, check, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--length", type=float, default=0.7, help="metres, > 0 (default: 0.7)")
    parser.add_argument("--friction", type=float, default=0.3, help="per second (default: 0.3)")
    parser.add_argument("--fast", action="store_true", help="it is fast anyway")
    options = parser.parse_args(argv)
    if not options.length > 0:
        parser.error(f"--length is {options.length}; expected a number > 0")
    point = np.array([options.length, options.friction])

    value, gradient = autodiff.value_and_grad(swing)(point)
    print(f"value     {value:.6f}")
    print(f"gradient  {gradient}")

    # A derivative is a claim; this compares it with differences, and raises where it is wrong.
    autodiff.check_derivatives(swing, point, order=2)
    print("both orders of derivatives agree with differences")

    direction = np.array([1.0, 0.0])
    print(f"Hessian times {direction}: {autodiff.hvp(swing, (point,), (direction,))}")

    # A value never loses its derivative silently: this raises an error that says what to write.
    try:
        autodiff.grad(lambda x: np.sum(np.array([x[0], x[1]])))(point)
    except autodiff.DerivativeError as error:
        print(f"refused: {str(error).splitlines()[0]}")


if __name__ == "__main__":
    main()
