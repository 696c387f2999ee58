"""The iterates are those of Optax, which writes its optimisers as chains of transformations."""

from types import FunctionType

import jax
import numpy as np
import pytest
from test_momentum import close, iterates
from test_optimisers import tree

from dlbook import trees
from dlbook.optimize import (
    Adam,
    AdamW,
    Clipped,
    Cosine,
    Decayed,
    GradientDescent,
    HeavyBall,
    InverseRoot,
    MirrorDescent,
    Nesterov,
    ProjectedDescent,
    simplex_projection,
)

optax = pytest.importorskip("optax")

LIKE_OPTAX = [
    (GradientDescent(0.1), lambda: optax.sgd(0.1)),
    (GradientDescent(InverseRoot(0.1)), lambda: optax.sgd(lambda k: 0.1 / (k + 1) ** 0.5)),
    (HeavyBall(0.1, 0.9), lambda: optax.sgd(0.1, momentum=0.9)),
    (Nesterov(0.1, 0.9), lambda: optax.sgd(0.1, momentum=0.9, nesterov=True)),
    (Adam(0.1), lambda: optax.adam(0.1)),
    (
        Adam(0.1, momentum=0.5, memory=0.7, epsilon=1e-2),
        lambda: optax.adam(0.1, b1=0.5, b2=0.7, eps=1e-2),
    ),
    (AdamW(0.1, decay=0.3), lambda: optax.adamw(0.1, weight_decay=0.3)),
    (
        Decayed(HeavyBall(0.1, 0.9), 0.3),
        lambda: optax.chain(optax.add_decayed_weights(0.3), optax.sgd(0.1, momentum=0.9)),
    ),
    (
        Clipped(Adam(0.1), 1.5),
        lambda: optax.chain(optax.clip_by_global_norm(1.5), optax.adam(0.1)),
    ),
    (GradientDescent(Cosine(0.5, 20)), lambda: optax.sgd(optax.cosine_decay_schedule(0.5, 20))),
]


def label(value):
    """The name of a case; not of a lambda, whose repr differs from process to process."""
    return None if isinstance(value, FunctionType) else repr(value)


@pytest.mark.parametrize(("method", "make"), LIKE_OPTAX, ids=label)
def test_the_iterates_are_those_of_optax(method, make):
    with jax.enable_x64():
        params, theirs = jax.tree.map(jax.numpy.asarray, tree(0)), []
        transform = make()
        state = transform.init(params)
        for step in range(15):
            updates, state = transform.update(tree(step + 1), state, params)
            params = optax.apply_updates(params, updates)
            theirs.append(trees.map(np.asarray, params))
    close(iterates(method, 15), theirs, rtol=1e-12)


def test_the_projection_and_its_descent_are_those_of_optax():
    rng = np.random.default_rng(0)
    ours = theirs = simplex_projection(rng.normal(size=5))
    with jax.enable_x64():
        for _ in range(10):
            g = rng.normal(size=5)
            ours, _ = ProjectedDescent(0.2).update(g, 0, ours)
            theirs = np.asarray(optax.projections.projection_simplex(theirs - 0.2 * g))
            np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-14)


def test_a_mirror_step_is_a_softmax_of_jax():
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(5), size=3)
    g = rng.normal(size=p.shape)
    with jax.enable_x64():
        theirs = np.asarray(jax.nn.softmax(np.log(p) - 0.7 * g))
    np.testing.assert_allclose(MirrorDescent(0.7).update(g, 0, p)[0], theirs, rtol=1e-13)
