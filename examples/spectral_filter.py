"""Learn a filter that undoes a blur, by gradients that pass through the Fourier transform.

Signals on a circle are blurred by an echo, and noise is added. A filter multiplies each frequency
of what is left by a complex number. These numbers are learnt: the loss is the mean square of the
error, in plain NumPy. For such signals the best filter of all is known, that of Wiener (1949), from
the spectra of signal and noise; the learnt one is printed beside it.
"""

from __future__ import annotations

import argparse

import numpy as np

from dlbook import autodiff, optimize

SIZE = 64  # samples of a signal
FREQUENCIES = np.arange(SIZE // 2 + 1)
POWER = 1 / (1 + (FREQUENCIES / 4) ** 2)  # of a signal, by frequency
ECHO = 1 + 0.7 * np.exp(-2j * np.pi * FREQUENCIES * 3 / SIZE)  # heard once more, 3 samples late
NOISE = 0.3  # its standard deviation


def draw(rng, n):
    """Return n random signals, and what is left of them after echo and noise."""
    spectrum = np.sqrt(POWER) * np.fft.rfft(rng.normal(size=(n, SIZE)))
    left = np.fft.irfft(ECHO * spectrum, SIZE) + NOISE * rng.normal(size=(n, SIZE))
    return np.fft.irfft(spectrum, SIZE), left


def filtered(gains, signals):
    """Return signals with each frequency multiplied by a complex number, given in two parts."""
    return np.fft.irfft((gains["real"] + 1j * gains["imag"]) * np.fft.rfft(signals), SIZE)


def error(gains, clean, left):
    """Return the mean square of what a filter gets wrong."""
    return np.mean((filtered(gains, left) - clean) ** 2)


def learn(steps, rng):
    """Return the filter after so many steps of Adam, each on 64 signals never seen before."""
    gains = {"real": np.ones(len(FREQUENCIES)), "imag": np.zeros(len(FREQUENCIES))}
    method = optimize.Adam(optimize.Cosine(0.03, steps))  # smaller and smaller, to average noise
    state, gradient = method.init(gains), autodiff.grad(error)
    for _ in range(steps):
        gains, state = method.update(gradient(gains, *draw(rng, 64)), state, gains)
    return gains


def wiener():
    """Return the filter whose error is smallest on average."""
    best = np.conj(ECHO) * POWER / (np.abs(ECHO) ** 2 * POWER + NOISE**2)
    return {"real": best.real, "imag": best.imag}


def main(argv=None):
    """Learn a filter, and compare it with the best."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=2000, help="of the optimiser (default: 2000)")
    parser.add_argument("--fast", action="store_true", help="400 steps")
    options = parser.parse_args(argv)
    if options.steps < 1:
        parser.error("expected --steps ≥ 1")
    rng = np.random.default_rng(0)
    gains = learn(400 if options.fast else options.steps, rng)
    clean, left = draw(rng, 4000)
    print(f"error without a filter  {np.mean((left - clean) ** 2):.4f}")
    print(f"with the learnt filter  {error(gains, clean, left):.4f}")
    print(f"with Wiener's, the best {error(wiener(), clean, left):.4f}")


if __name__ == "__main__":
    main()
