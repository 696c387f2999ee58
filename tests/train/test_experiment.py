"""An experiment says all that determines a run, in memory and in a file; parts are dataclasses."""

import dataclasses
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlbook import trees
from dlbook.data import MNIST, Split, Splits
from dlbook.nn import CrossEntropy, TwoLayer
from dlbook.optimize import GradientDescent, InverseRoot
from dlbook.train import Experiment, results, runs

# A reader's own parts: each is a frozen dataclass, and nothing else is written or registered.


@dataclass(frozen=True)
class Blobs:
    """Clouds of points around the corners of a square."""

    points: int = 200
    spread: float = 0.2

    shape: ClassVar = (2,)
    classes: ClassVar = 4

    def load(self, dtype):
        def draw(seed):
            rng = np.random.default_rng(seed)
            y = rng.integers(0, 4, self.points)
            corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
            x = corners[y] + self.spread * rng.normal(size=(self.points, 2))
            return Split(x.astype(dtype), y)

        return Splits(draw(0), draw(1), draw(2))


@dataclass(frozen=True)
class Dense:
    """One layer, with or without a rectifier."""

    inputs: int
    outputs: int
    rectified: bool = True


@dataclass(frozen=True)
class Layers:
    """Layers, one after the other; their parameters are a list of dicts in a dict."""

    layers: tuple[Dense, ...] = (Dense(2, 8), Dense(8, 4, rectified=False))

    def init(self, rng, dtype="float32"):
        return {
            "layers": [
                {
                    "W": rng.normal(size=(layer.inputs, layer.outputs)).astype(dtype),
                    "b": np.zeros(layer.outputs, dtype),
                }
                for layer in self.layers
            ]
        }

    def __call__(self, params, x):
        for layer, p in zip(self.layers, params["layers"], strict=True):
            x = x @ p["W"] + p["b"]
            if layer.rectified:
                x = np.maximum(x, 0)
        return x


@dataclass(frozen=True)
class Momentum:
    """A heavy ball; its state is a tree like the parameters."""

    learning_rate: float = 0.02
    momentum: float = 0.9

    def init(self, params):
        return trees.map(np.zeros_like, params)

    def update(self, grads, state, params, out=None):
        velocity = trees.map(lambda v, g: self.momentum * v - self.learning_rate * g, state, grads)
        return trees.map(np.add, params, velocity), velocity


@dataclass(frozen=True)
class Warm:
    """A rate that rises to a value and then follows another schedule, if there is one."""

    steps: int
    rate: float
    then: InverseRoot | None = None

    def __call__(self, step):
        if step > self.steps and self.then is not None:
            return self.then(step - self.steps)
        return self.rate * min(1, step / self.steps)


@dataclass(frozen=True)
class Brier:
    """The mean square distance of the logits from the labels as unit rows."""

    def __call__(self, logits, labels):
        return np.mean(np.sum((logits - np.eye(4, dtype=logits.dtype)[labels]) ** 2, axis=1))


@dataclass(frozen=True)
class Jitter:
    """Noise on every example."""

    size: float = 0.05

    def __call__(self, x, rng):
        return (x + self.size * rng.normal(size=x.shape)).astype(x.dtype)


OWN = Experiment(
    model=Layers(),
    data=Blobs(),
    loss=Brier(),
    optimiser=Momentum(),
    augmentation=Jitter(),
    batch_size=16,
    epochs=30,
    dtype="float64",
)

PARTS = [
    {"model": TwoLayer(inputs=2, outputs=4, scale=1), "data": Blobs()},
    {"model": Layers((Dense(2, 4),)), "data": Blobs(spread=1.0)},
    {"optimiser": Momentum()},
    {"optimiser": GradientDescent(InverseRoot(0.5))},
    {"optimiser": GradientDescent(Warm(100, 0.1))},
    {"optimiser": GradientDescent(Warm(100, 0.1, InverseRoot(0.1)))},
    {"augmentation": Jitter(0.5)},
    {"loss": Brier(), "model": Layers(), "data": Blobs()},
    {"alpha": 0.1 + 0.2, "seed": 10**20},
    {"dtype": "float64", "batch_size": 7, "epochs": 1},
]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    pytest.importorskip("safetensors")
    monkeypatch.setenv("DLBOOK_CACHE", str(tmp_path))
    return tmp_path


def test_adding_a_part_is_adding_a_dataclass(cache, monkeypatch):
    first = results(OWN, progress=False)
    assert first.test_accuracy > 0.6  # by chance: 0.25
    monkeypatch.setattr(runs, "run", lambda *_, **__: pytest.fail("trained a second time"))
    again = results(Experiment.from_toml(OWN.to_toml()), progress=False)
    assert again.experiment == OWN
    trees.map(np.testing.assert_array_equal, again.params, first.params)
    assert again.params["layers"][0]["W"].dtype == np.float64


@pytest.mark.parametrize("parts", PARTS)
def test_a_file_gives_the_experiment_back(parts):
    experiment = Experiment(**parts)
    again = Experiment.from_toml(experiment.to_toml())
    assert again == experiment
    assert again.digest == experiment.digest


@given(
    st.floats(0, 1e300),
    st.integers(1, 2**62),
    st.integers(0, 2**62),
    st.floats(0, 1e300, exclude_min=True),
    st.integers(1, 59_999),
)
def test_numbers_come_back_from_a_file_to_the_last_bit(alpha, epochs, seed, rate, validation):
    experiment = Experiment(
        alpha=alpha,
        epochs=epochs,
        seed=seed,
        optimiser=GradientDescent(rate),
        data=MNIST(validation),
        model=TwoLayer(hidden=1),
    )
    assert Experiment.from_toml(experiment.to_toml()) == experiment


@pytest.mark.parametrize("number", [np.float64(0.25), np.float32(0.25), np.int64(3), np.True_])
def test_a_number_of_numpys_is_a_number(number):
    experiment = Experiment(optimiser=Holder(0.1, number))
    again = Experiment.from_toml(experiment.to_toml())
    assert again.optimiser.more == number
    assert again.digest == experiment.digest


def test_a_number_that_no_file_can_hold_is_refused():
    with pytest.raises(ValueError, match=r"^optimiser.more is 1j; expected a number, a string"):
        Experiment(optimiser=Holder(0.1, np.complex128(1j)))


def test_a_file_need_not_say_what_is_as_usual():
    assert Experiment.from_toml("") == Experiment()
    text = 'epochs = 3\n[data]\nclass = "MNIST"\n'
    assert Experiment.from_toml(text) == Experiment(epochs=3)


def test_the_digest_tells_all_experiments_apart_and_equal_ones_not():
    experiments = [Experiment(**parts) for parts in PARTS]
    assert len({experiment.digest for experiment in experiments}) == len(PARTS)
    assert dataclasses.replace(OWN).digest == OWN.digest
    other = dataclasses.replace(OWN, model=Layers((Dense(2, 8), Dense(8, 4))))
    assert other.digest != OWN.digest


def test_the_digest_is_the_same_in_every_process():
    code = "from dlbook.train import Experiment; print(Experiment(seed=3).digest)"
    environment = os.environ | {"PYTHONHASHSEED": "12345"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == Experiment(seed=3).digest


def test_a_class_of_the_same_name_is_another():
    class Namesake(GradientDescent):
        pass

    Namesake.__name__ = Namesake.__qualname__ = "GradientDescent"
    assert Experiment(optimiser=Namesake(0.1)).digest != Experiment().digest


@dataclass
class Open:
    """A dataclass that may change under the hands of whoever uses it as a key."""

    learning_rate: float

    def init(self, params):
        return ()

    update = GradientDescent.update


def local():
    @dataclass(frozen=True)
    class Local(GradientDescent):
        pass

    return Local(0.1)


@dataclass(frozen=True)
class Holder(GradientDescent):
    """An optimiser with one more parameter of any kind."""

    more: object = None


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ({"model": None}, "^model is None; expected a frozen dataclass that has init"),
        ({"model": TwoLayer}, "^model is <class .*TwoLayer'>; expected a frozen dataclass"),
        ({"model": CrossEntropy()}, r"^model is CrossEntropy\(.*\); expected a frozen dataclass"),
        ({"model": TwoLayer(inputs=3)}, r"does not fit MNIST\(.*: x has shape \(1, 784\)"),
        ({"model": TwoLayer(outputs=9)}, r"shape \(1, 9\); expected \(1, 10\), one for each class"),
        ({"data": "MNIST"}, "^data is 'MNIST'; expected a frozen dataclass that has shape"),
        ({"loss": abs}, "^loss is <built-in function abs>; expected a frozen dataclass"),
        ({"optimiser": 0.1}, r"^optimiser is 0\.1; expected a frozen dataclass with init and upda"),
        ({"optimiser": TwoLayer()}, r"^optimiser is TwoLayer\(.*; expected a frozen dataclass"),
        ({"optimiser": Open(0.1)}, r"^optimiser is Open\(.*; expected a frozen dataclass"),
        (
            {"optimiser": GradientDescent(lambda step: 0.1)},
            "^optimiser.learning_rate is <function .*; expected a number, a string",
        ),
        ({"optimiser": local()}, "^optimiser is of class .*Local; define the class outside"),
        ({"optimiser": Holder(0.1, [1])}, r"^optimiser.more is \[1\]; expected a number"),
        ({"optimiser": Holder(0.1, (1, {}))}, r"^optimiser.more\[1\] is {}; expected a number"),
        ({"augmentation": abs}, "^augmentation is .*; expected a frozen dataclass that can be ca"),
        ({"alpha": -1}, "^alpha is -1; expected a finite number ≥ 0"),
        ({"alpha": float("nan")}, "^alpha is nan"),
        ({"batch_size": 0}, "^batch_size is 0; expected an integer ≥ 1"),
        ({"epochs": 1.5}, r"^epochs is 1\.5; expected an integer ≥ 1"),
        ({"dtype": "float16"}, "^dtype is 'float16'; expected 'float32' or 'float64'"),
        ({"seed": -1}, "^seed is -1; expected an integer ≥ 0"),
        ({"seed": True}, "^seed is True; expected an integer ≥ 0"),
    ],
)
def test_an_experiment_checks_its_fields(field, message):
    with pytest.raises(ValueError, match=message):
        Experiment(**field)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seed = ", "Invalid value"),
        ("sed = 1", "^sed: Experiment has no such parameter; it has model, data, loss"),
        ("[model]\nhidden = 3", '^model has no class; expected its name, such as class = "TwoL'),
        ('[model]\nclass = "TwoLayers"', "^model: there is no class 'TwoLayers'; expected one of"),
        ('[model]\nclass = "absent.Model"', "^model: there is no class 'absent.Model'"),
        ('[model]\nclass = "os.path"', "^model: os.path is not a frozen dataclass"),
        ('[model]\nclass = "Model"', "^model: Model is not a frozen dataclass"),
        (
            '[model]\nclass = "TwoLayer"\nunits = 3',
            "^model.units: TwoLayer has no such parameter; it has inputs, hidden, outputs, scale$",
        ),
        ('[model]\nclass = "TwoLayer"\nhidden = 0', "^hidden is 0; expected an integer"),
        ('[model]\nclass = "MNIST"', r"^model is MNIST\(.*; expected a frozen dataclass that has"),
        ('[optimiser]\nclass = "GradientDescent"', "^optimiser has no learning_rate, which Grad"),
        (
            '[optimiser]\nclass = "GradientDescent"\n[optimiser.learning_rate]\nclass = "Root"',
            "^optimiser.learning_rate: there is no class 'Root'",
        ),
        ("seed = 1979-05-27", "^seed is datetime"),
        ("model = 3", "^model is 3; expected a frozen dataclass"),
    ],
)
def test_a_file_that_says_something_else_is_explained(text, message):
    with pytest.raises(ValueError, match=message):
        Experiment.from_toml(text)
