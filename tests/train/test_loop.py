"""`fit` is the plain loop, watched; what it cannot train on is refused in the user's words."""

import functools

import numpy as np
import pytest

from dlbook import nn, trees
from dlbook.data import Split
from dlbook.optimize import GradientDescent
from dlbook.train import History, evaluate, fit

MODEL = nn.TwoLayer(inputs=2, hidden=6, outputs=2, scale=1.0)


def separable(n=50, seed=0):
    x = np.random.default_rng(seed).normal(size=(n, 2)).astype(np.float32)
    x[:, 0] += np.sign(x[:, 0])  # a gap of 2 between the classes
    return Split(x, (x[:, 0] > 0).astype(np.uint8))


def run(train=None, validation=None, *, seed=0, alpha=0.0, params=None, **options):
    train = separable() if train is None else train
    rng = np.random.default_rng(seed)
    options = {
        "epochs": 3,
        "batch_size": 8,
        "optimiser": GradientDescent(0.5),
        "model": MODEL,
    } | options
    return fit(
        functools.partial(nn.two_layer_objective, alpha=alpha),
        MODEL.init(rng) if params is None else params,
        train,
        separable(20, seed=1) if validation is None else validation,
        rng=rng,
        **options,
    )


def assert_same(a, b):
    for one, other in zip(trees.leaves(a), trees.leaves(b), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_separable_problem_is_learnt_to_the_last_point():
    fitted = run(epochs=40)
    assert fitted.history.train_accuracy[-1] == 1
    assert fitted.history.validation_accuracy.max() == 1
    assert evaluate(MODEL, fitted.params, separable())[1] == 1


@pytest.mark.parametrize("batch_size", [1, 8, 50, 1000])
def test_fit_is_the_plain_loop(batch_size):
    train, validation = separable(), separable(20, seed=1)
    by_hand = functools.partial(nn.two_layer_value_and_grad, alpha=0.01)
    found = run(batch_size=batch_size, value_and_grad=by_hand)

    rng = np.random.default_rng(0)
    p, n = MODEL.init(rng), len(train)
    curves, states = [], []
    for _ in range(3):
        order, loss, hits = rng.permutation(n), 0.0, 0
        for start in range(0, n, batch_size):
            i = order[start : start + batch_size]
            x, y = train.x[i], train.y[i]
            logits = MODEL(p, x)
            loss += len(i) * float(nn.cross_entropy(logits, y))
            hits += np.sum(logits.argmax(axis=1) == y)
            _, g = nn.two_layer_value_and_grad(p, x, y, alpha=0.01)
            p = {name: p[name] - np.float32(0.5) * g[name] for name in p}
        logits = MODEL(p, validation.x)
        curves.append(
            (
                loss / n,
                hits / n,
                nn.cross_entropy(logits, validation.y),
                np.mean(logits.argmax(axis=1) == validation.y),
            )
        )
        states.append(p)
    history = found.history
    measured = (
        history.train_loss,
        history.train_accuracy,
        history.validation_loss,
        history.validation_accuracy,
    )
    np.testing.assert_allclose(np.transpose(measured), curves, rtol=1e-6)
    best = int(np.argmax(history.validation_accuracy))
    assert history.best_epoch == best + 1
    trees.map(np.testing.assert_array_equal, found.params, states[best])


def test_same_seed_same_bits_and_nothing_given_is_written_to():
    train, params = separable(), MODEL.init(np.random.default_rng(7))
    kept = [leaf.copy() for leaf in trees.leaves((train, params))]
    first, second = run(train, params=params), run(train, params=params)
    assert_same(first, second)
    assert_same(kept, (train, params))
    other = run(train, params=params, seed=1)
    assert not np.array_equal(other.params["W1"], first.params["W1"])


def test_gradients_may_share_their_arrays():
    buffers = trees.map(np.empty_like, MODEL.init(np.random.default_rng(0)))
    by_hand = functools.partial(nn.two_layer_value_and_grad, alpha=0.0)
    shared = functools.partial(by_hand, out=buffers)
    assert_same(run(value_and_grad=shared), run(value_and_grad=by_hand))


def test_the_gradient_by_default_is_the_one_derived_by_hand():
    by_hand = functools.partial(nn.two_layer_value_and_grad, alpha=0.01)
    found, expected = run(alpha=0.01), run(value_and_grad=by_hand)
    for one, other in zip(trees.leaves(found), trees.leaves(expected), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


def test_the_best_epoch_is_kept_not_the_last():
    # Validation labels are turned round: every step in the right direction makes it worse.
    wrong = separable(20, seed=1)
    fitted = run(validation=Split(wrong.x, 1 - wrong.y), epochs=10)
    accuracies = fitted.history.validation_accuracy
    assert accuracies[-1] < accuracies[0]
    turned = Split(wrong.x, 1 - wrong.y)
    assert evaluate(MODEL, fitted.params, turned)[1] == accuracies.max()


def test_evaluation_in_chunks_is_evaluation_at_once():
    big, params = separable(2345), MODEL.init(np.random.default_rng(3))
    logits = MODEL(params, big.x)
    loss, accuracy = evaluate(MODEL, params, big)
    assert accuracy == nn.accuracy(logits, big.y)
    np.testing.assert_allclose(loss, nn.cross_entropy(logits, big.y), rtol=1e-5)


def labels(*wrong):
    split = separable()
    y = split.y.astype(np.int64)
    y[: len(wrong)] = wrong
    return Split(split.x, y)


X = np.zeros((4, 2), np.float32)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"train": labels(0, 2)}, r"train\.y\[1\] is 2; expected 0 to 1"),
        ({"train": labels(-1)}, r"train\.y\[0\] is -1; expected 0 to 1"),
        ({"validation": labels(5)}, r"validation\.y\[0\] is 5; expected 0 to 1"),
        ({"train": Split(X, np.zeros(4))}, r"train\.y has dtype float64; expected integers"),
        ({"train": Split(X[:0], np.zeros(0, int))}, "train is empty"),
        ({"validation": Split(X[:0], np.zeros(0, int))}, "validation is empty"),
        (
            {"train": Split(np.zeros((4, 3), np.float32), np.zeros(4, int))},
            r"x has shape \(1, 3\); expected \(n, 2\)",
        ),
        (
            {"train": Split(np.zeros((4, 2)), np.zeros(4, int))},
            "x is float64 and the parameters are float32",
        ),
        ({"epochs": 0}, "epochs is 0; expected an integer ≥ 1"),
        ({"batch_size": -3}, "batch_size is -3; expected an integer ≥ 1"),
        ({"batch_size": 2.5}, "batch_size is 2.5"),
    ],
)
def test_what_cannot_be_trained_on_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        run(**change)


def test_nan_in_the_examples_is_found():
    split = separable()
    split.x[13, 1] = np.nan
    with pytest.raises(ValueError, match=r"train\.x\[13\] holds NaN or infinity, met in epoch 1"):
        run(split)


def test_divergence_is_an_error_that_says_where():
    with pytest.raises(
        FloatingPointError,
        match=r"the loss is (nan|inf) in epoch 1, batch \d+, with GradientDescent\(.*=1e\+38\): ",
    ):
        run(optimiser=GradientDescent(1e38))


def test_a_history_has_curves_of_one_length():
    two, three = np.zeros(2), np.zeros(3)
    with pytest.raises(ValueError, match=r"curves have shapes .*; expected one shape \(epochs,\)"):
        History(two, two, two, three, three, three)
    with pytest.raises(ValueError, match=r"curves have shapes .*; expected one shape \(steps,\)"):
        History(two, two, two, two, two, three)


def test_augmented_batches_train_and_the_examples_stay_as_they_are():
    train = separable()
    kept = train.x.copy()
    found = run(train, augmentation=lambda x, rng: -x)
    assert_same(found, run(Split(-train.x, train.y)))
    np.testing.assert_array_equal(train.x, kept)


def test_what_an_augmentation_draws_is_drawn_from_the_same_generator():
    noise = lambda x, rng: x + rng.normal(size=x.shape).astype(x.dtype)  # noqa: E731
    assert_same(run(augmentation=noise), run(augmentation=noise))
    other = run(augmentation=noise, seed=1)
    assert not np.array_equal(other.params["W1"], run(augmentation=noise).params["W1"])


def test_validation_is_measured_by_the_loss():
    def doubled(logits, labels):
        return 2 * nn.cross_entropy(logits, labels)

    found, plain = run(loss=doubled).history, run().history
    np.testing.assert_allclose(found.validation_loss, 2 * plain.validation_loss)
    np.testing.assert_array_equal(found.validation_accuracy, plain.validation_accuracy)


POINTS = separable()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"train": (POINTS.x, POINTS.y)},
            r"^train is a tuple; expected a Split: data.Split\(x, y\)",
        ),
        ({"validation": POINTS.x}, r"^validation is an ndarray of shape .*; expected a Split"),
        ({"optimiser": 0.1}, r"^optimiser is 0\.1; expected one with init and update"),
        ({"model": 3}, "^model is 3; expected a function$"),
    ],
)
def test_an_argument_of_another_kind_is_named(change, message):
    with pytest.raises(TypeError, match=message):
        run(**change)


def test_a_seed_and_parameters_in_the_wrong_place_are_named():
    options = {"model": MODEL, "optimiser": GradientDescent(1), "epochs": 1, "batch_size": 8}
    objective = functools.partial(nn.two_layer_objective, alpha=0.0)
    params = MODEL.init(np.random.default_rng(0))
    with pytest.raises(TypeError, match=r"^rng is 0; expected a random generator"):
        fit(objective, params, POINTS, POINTS, rng=0, **options)
    with pytest.raises(TypeError, match=r"^objective is a dict; expected a function"):
        fit(params, objective, POINTS, POINTS, rng=np.random.default_rng(0), **options)
    with pytest.raises(TypeError, match=r"^split is a tuple; expected a Split"):
        evaluate(MODEL, params, (POINTS.x, POINTS.y))


# ---- steps, epochs, early stopping ------------------------------------------------------


def test_every_step_is_shown_and_recorded():
    moments = []
    fitted = run(
        after_step=lambda moment: moments.append((*moment[:4], moment.params["W1"].copy()))
    )
    history = fitted.history
    assert [moment[:2] for moment in moments] == [(1 + i // 7, 1 + i) for i in range(21)]
    np.testing.assert_array_equal(history.step_loss, [moment[2] for moment in moments])
    np.testing.assert_array_equal(history.step_accuracy, [moment[3] for moment in moments])
    sizes = np.array([8] * 6 + [2])  # of the seven batches that 50 examples make
    for steps, epochs in (
        (history.step_loss, history.train_loss),
        (history.step_accuracy, history.train_accuracy),
    ):
        np.testing.assert_allclose(steps.reshape(3, 7) @ sizes / 50, epochs, rtol=1e-12)
    last = 7 * history.best_epoch - 1
    np.testing.assert_array_equal(moments[last][4], fitted.params["W1"])


def test_the_gradient_that_is_shown_made_the_step():
    rate, before = np.float32(0.5), MODEL.init(np.random.default_rng(0))

    def check(moment):
        for name, p in moment.params.items():
            np.testing.assert_array_equal(p, before[name] - rate * moment.grads[name])
            before[name] = p.copy()

    run(after_step=check)


def test_an_epoch_is_shown_once_it_has_been_evaluated():
    seen = []
    fitted = run(
        after_epoch=lambda history, params: seen.append((history, trees.map(np.copy, params)))
    )
    assert [len(history.train_loss) for history, _ in seen] == [1, 2, 3]
    assert_same(seen[-1][0], fitted.history)
    for history, params in seen:
        loss, accuracy = evaluate(MODEL, params, separable(20, seed=1))
        assert (history.validation_loss[-1], history.validation_accuracy[-1]) == (loss, accuracy)


@pytest.mark.parametrize(("answer", "epochs"), [(True, 2), (None, 3), (1, 3), ("stop", 3)])
def test_true_ends_the_training_and_nothing_else_does(answer, epochs):
    def after_epoch(history, params):
        return answer if len(history.train_loss) == 2 else None

    fitted = run(after_epoch=after_epoch)
    assert len(fitted.history.train_loss) == epochs
    assert_same(fitted, run(epochs=epochs))


def by_plan(accuracies):
    """Return a model and validation examples, whose accuracy after each epoch is the planned."""
    calls = iter(accuracies)
    split = separable(10, seed=1)

    def model(params, x):
        if len(x) < 10:  # the single example that the arguments are checked with
            return MODEL(params, x)
        right = np.eye(2)[split.y]
        right[round(10 * next(calls)) :] *= -1
        return right

    return {"model": model, "validation": split}


@pytest.mark.parametrize(
    ("accuracies", "patience", "epochs", "best"),
    [
        ([0.5, 0.6, 0.7, 0.8], 1, 4, 4),
        ([0.5, 0.4, 0.9, 0.9], 1, 2, 1),
        ([0.5, 0.5, 0.9, 0.9], 1, 2, 1),  # as good is not better
        ([0.5, 0.4, 0.6, 0.5, 0.6, 0.9], 2, 5, 3),
        ([0.5, 0.4, 0.6, 0.5, 0.6, 0.9], 3, 6, 6),
    ],
)
def test_patience_counts_the_epochs_without_a_better_one(accuracies, patience, epochs, best):
    plan = by_plan(accuracies)
    fitted = run(epochs=len(accuracies), patience=patience, **plan)
    np.testing.assert_allclose(fitted.history.validation_accuracy, accuracies[:epochs])
    assert fitted.history.best_epoch == best


def test_a_training_that_ended_early_stays_ended(tmp_path):
    pytest.importorskip("safetensors")
    ends = {"after_epoch": lambda history, params: len(history.train_loss) == 2}
    first = run(epochs=6, checkpoint=tmp_path / "a", **ends)
    assert len(first.history.train_loss) == 2
    assert_same(run(epochs=6, checkpoint=tmp_path / "a"), first)

    late = run(epochs=20, patience=1)
    done = len(late.history.train_loss)
    assert done < 20
    assert_same(run(epochs=20, patience=1, checkpoint=tmp_path / "b"), late)
    assert_same(run(epochs=20, patience=1, checkpoint=tmp_path / "b"), late)
    assert_same(run(epochs=20, checkpoint=tmp_path / "b"), run(epochs=20))


def test_a_model_that_draws_is_given_the_generator_in_training_and_not_in_evaluation():
    model = nn.Sequential((nn.Dense(2, 6), nn.Tanh(), nn.Dropout(0.5), nn.Dense(6, 2)))
    objective = functools.partial(nn.objective, model=model, loss=nn.cross_entropy, alpha=0.0)
    train, validation = separable(), separable(20, seed=1)

    def once(seed):
        rng = np.random.default_rng(seed)
        options = {"model": model, "optimiser": GradientDescent(0.1), "batch_size": 50}
        start = model.init(np.random.default_rng(0))
        return fit(objective, start, train, validation, epochs=1, rng=rng, **options)

    first, second = once(1), once(2)
    assert_same(first, once(1))
    # One batch of all examples: only what dropout left differs between the two.
    assert first.history.train_loss[0] != second.history.train_loss[0]
    logits = model(first.params, validation.x)
    assert first.history.validation_loss[0] == pytest.approx(
        float(nn.cross_entropy(logits, validation.y)), rel=1e-6
    )


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        ({"patience": 0}, ValueError, r"^patience is 0; expected an integer ≥ 1"),
        ({"checkpoint_steps": 0}, ValueError, r"^checkpoint_steps is 0; expected an integer ≥ 1"),
        ({"after_step": 3}, TypeError, r"^after_step is 3; expected a function$"),
        ({"after_epoch": "stop"}, TypeError, r"^after_epoch is 'stop'; expected a function$"),
    ],
)
def test_a_wrong_option_is_named(change, kind, message):
    with pytest.raises(kind, match=message):
        run(**change)
