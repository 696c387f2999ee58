"""The search for weight agnostic neural networks, as Gaier and Ha published it, made small.

A network is a directed acyclic graph. All its connections share one weight, and what is looked
for is a graph that does its task with any of six. Chapter 24 reads this module with the reader.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import dlbook
from dlbook.checks import check_integer
from dlbook.data import MNIST
from dlbook.extras import need
from dlbook.graph import CycleError, DiGraph, topological_sort
from dlbook.train import store
from dlbook.train.fingerprint import code_fingerprint
from dlbook.train.keys import library_code

__all__ = [
    "ACTIVATIONS", "BIAS", "INPUTS", "OUTPUTS", "WEIGHTS", "Found", "Network", "Search",
    "accuracies", "digits", "evaluate", "fronts", "mutated", "searched", "searches", "shrink",
]  # fmt: skip

Array = NDArray[Any]

WEIGHTS = (-2.0, -1.0, -0.5, 0.5, 1.0, 2.0)
ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "linear": lambda z: z,
    "step": lambda z: np.sign(np.maximum(z, 0)),
    "sin": np.sin,
    "cos": np.cos,
    "Gaussian": lambda z: np.exp(-z * z / 2),
    "tanh": np.tanh,
    "sigmoid": lambda z: np.tanh(z / 2) / 2 + 0.5,
    "inverse": lambda z: -z,
    "abs": np.abs,
    "ReLU": lambda z: np.maximum(z, 0),
}
NAMES = tuple(ACTIVATIONS)
SIDE = 16
BIAS = SIDE * SIDE  # the node after the pixels, whose value is 1
INPUTS = BIAS + 1
OUTPUTS = range(INPUTS, INPUTS + 10)


@dataclass(frozen=True)
class Network:
    """A network of nodes 0, 1, …: the pixels, a bias, ten outputs, and from then on hidden ones.

    Parameters
    ----------
    sources
        Each output and each hidden node, in a topological order, with the nodes that lead to it.
    activations
        The hidden nodes, each with a name among `ACTIVATIONS`; outputs are linear.

    Examples
    --------
    >>> net = Network({300: (0, 1), **{v: (300,) for v in OUTPUTS}}, {300: "abs"})
    >>> net.connections
    12
    """

    sources: dict[int, tuple[int, ...]]
    activations: dict[int, str]

    @property
    def connections(self) -> int:
        """How many there are."""
        return sum(map(len, self.sources.values()))

    @property
    def graph(self) -> DiGraph[int]:
        """The graph of the connections.

        Examples
        --------
        >>> Network({257: (3,), 258: (3, 4)}, {}).graph.predecessors(258)
        [3, 4]
        """
        edges = [(u, v) for v, tails in self.sources.items() for u in tails]
        return DiGraph(edges, nodes=self.sources)


# ---- the digits -------------------------------------------------------------------------


def shrink(images: Array, side: int = SIDE) -> Array:
    """Average square images over the squares of a coarser grid.

    Parameters
    ----------
    images
        Of shape (n, 784), with 28 rows of 28 pixels.
    side
        Rows and columns of the result.

    Returns
    -------
    array
        Of shape (n, side²): each pixel is the mean over the area that it covers.

    Examples
    --------
    >>> bool(np.allclose(shrink(np.ones((2, 784))), 1))
    True
    """
    ends, old = np.arange(side + 1) * 28 / side, np.arange(28)
    first = np.maximum(ends[:-1, None], old)
    last = np.minimum(ends[1:, None], old + 1)
    share = np.maximum(last - first, 0) * side / 28
    small: Array = share @ images.reshape(-1, 28, 28) @ share.T
    return small.reshape(len(images), side * side)


def digits() -> dict[str, tuple[Array, Array]]:
    """Return MNIST's training, validation and test images, shrunk, with a bias, and the labels.

    Examples
    --------
    >>> {name: x.shape for name, (x, y) in digits().items()}
    {'train': (48000, 257), 'validation': (12000, 257), 'test': (10000, 257)}
    """
    found = {}
    for name, split in MNIST().load("float32")._asdict().items():
        one = np.ones((len(split.x), 1))
        x = np.hstack([shrink(split.x), one])
        found[name] = (x.astype(np.float32), split.y)
    return found


# ---- evaluation -------------------------------------------------------------------------


def evaluate(
    networks: Iterable[Network],
    x: Array,
    weights: Sequence[float] = WEIGHTS,
) -> list[Array]:
    """Return the outputs of networks for all weights and examples, equal nodes evaluated once.

    Parameters
    ----------
    networks
        Any number of them.
    x
        Examples of shape (n, 257), as `digits` returns them.
    weights
        The shared weights, k of them.

    Returns
    -------
    list of array
        For each network the outputs, of shape (10, k, n).

    Examples
    --------
    >>> net = Network({v: (3,) for v in OUTPUTS}, {})
    >>> [outputs] = evaluate([net], np.full((1, 257), 0.5), [1, 2])
    >>> outputs[0].tolist()
    [[0.5], [1.0]]
    """
    number: dict[tuple[Any, ...], int] = {}
    ends = []
    for net in networks:
        own: dict[int, int] = {}
        for v, tails in net.sources.items():
            seen = tuple(sorted(u for u in tails if u < INPUTS))
            rest = tuple(sorted(own[u] for u in tails if u >= INPUTS))
            kind = net.activations.get(v, "linear")
            own[v] = number.setdefault((kind, seen, rest), len(number))
        ends.append([own[v] for v in OUTPUTS])
    looks = np.zeros((len(number), INPUTS), x.dtype)
    for (_, seen, _), i in number.items():
        looks[i, list(seen)] = 1
    w = np.array(weights, x.dtype)[:, None]
    values = np.empty((len(number), len(w), len(x)), x.dtype)
    sums = looks @ x.T
    for (kind, _, rest), i in number.items():
        z = sums[i]
        for j in rest:
            z = z + values[j]
        values[i] = ACTIVATIONS[kind](w * z)
    return [values[own] for own in ends]


def log_likelihood(outputs: Array, y: Array) -> Array:
    """Return the mean log-likelihood of the labels y for each weight: minus the loss."""
    top = outputs.max(axis=0)
    total = np.log(np.exp(outputs - top).sum(axis=0)) + top
    own = outputs[y, :, np.arange(len(y))].T
    means: Array = (own - total).mean(axis=1)
    return means


def accuracies(net: Network, x: Array, y: Array) -> tuple[Array, float]:
    """Return a network's accuracy for each of the six weights, and that of their ensemble.

    The ensemble adds up the six softmax outputs.

    Examples
    --------
    >>> blind = Network({v: () for v in OUTPUTS}, {})
    >>> each, ensemble = accuracies(blind, np.ones((2, 257)), np.array([0, 1]))
    >>> each.tolist(), ensemble
    ([0.5, 0.5, 0.5, 0.5, 0.5, 0.5], 0.5)
    """
    [outputs] = evaluate([net], x)
    share = np.exp(outputs - outputs.max(axis=0))
    share /= share.sum(axis=0)
    together = share.sum(axis=1).argmax(axis=0)
    each = (outputs.argmax(axis=0) == y).mean(axis=1)
    return each, float((together == y).mean())


# ---- mutations --------------------------------------------------------------------------


def random_start(rng: np.random.Generator, density: float = 0.05) -> Network:
    """Return outputs that look at random inputs, each input with this probability."""
    looks = rng.random((len(OUTPUTS), INPUTS)) < density
    rows = (tuple(np.flatnonzero(row).tolist()) for row in looks)
    return Network(dict(zip(OUTPUTS, rows, strict=True)), {})


def insert(net: Network, rng: np.random.Generator) -> Network:
    """Split a connection by a new node."""
    edges = [(u, v) for v, tails in net.sources.items() for u in tails]
    u, v = edges[rng.integers(len(edges))]
    new = max(OUTPUTS[-1], *net.sources) + 1
    sources: dict[int, tuple[int, ...]] = {}
    for node, tails in net.sources.items():
        if node == v:
            sources[new] = (u,)
            tails = (*(t for t in tails if t != u), new)
        sources[node] = tails
    kind = NAMES[rng.integers(len(NAMES))]
    return Network(sources, net.activations | {new: kind})


def connect(net: Network, rng: np.random.Generator) -> Network:
    """Add a connection that closes no cycle; the same network if twenty trials find none."""
    heads = list(net.sources)
    tails = [*range(INPUTS), *net.activations]
    for _ in range(20):
        u = tails[rng.integers(len(tails))]
        v = heads[rng.integers(len(heads))]
        if u == v or u in net.sources[v]:
            continue
        sources = net.sources | {v: (*net.sources[v], u)}
        if u < INPUTS or heads.index(u) < heads.index(v):
            return Network(sources, net.activations)
        edges = [(s, t) for t in heads for s in sources[t] if s >= INPUTS]
        try:
            order = topological_sort(DiGraph(edges, nodes=heads))
        except CycleError:
            continue
        return Network({t: sources[t] for t in order}, net.activations)
    return net


def activate(net: Network, rng: np.random.Generator) -> Network:
    """Give a hidden node another activation, or the same; a network without any is returned."""
    if not net.activations:
        return net
    nodes = list(net.activations)
    v = nodes[rng.integers(len(nodes))]
    kind = NAMES[rng.integers(len(NAMES))]
    return Network(net.sources, net.activations | {v: kind})


def mutated(net: Network, rng: np.random.Generator) -> Network:
    """Return a network with one random change; the network itself stays as it is.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> net = random_start(rng)
    >>> for _ in range(100):
    ...     net = mutated(net, rng)
    >>> order = topological_sort(net.graph)
    >>> len(net.activations) > 10
    True
    """
    kinds = (insert, connect, activate)
    change = kinds[rng.choice(3, p=(0.25, 0.45, 0.3))]
    return change(net, rng)


# ---- selection --------------------------------------------------------------------------


def fronts(points: Array) -> Array:
    """Return the front of each point, from 0: non-dominated sorting.

    A point dominates another that is nowhere larger and somewhere smaller. Front 0 has the
    points that none dominates; the next one has those that only earlier fronts dominate.

    Parameters
    ----------
    points
        Of shape (n, objectives), each objective to be made large.

    Examples
    --------
    >>> fronts(np.array([(0.8, -30), (0.7, -10), (0.7, -12), (0.8, -30)])).tolist()
    [0, 0, 1, 0]
    """
    one, two = points[:, None], points[None]
    beats = np.logical_and((one >= two).all(axis=2), (one > two).any(axis=2))
    front, left = np.zeros(len(points), int), np.ones(len(points), bool)
    level = 0
    while left.any():
        best = left & ~beats[left].any(axis=0)
        front[best] = level
        left &= ~best
        level += 1
    return front


# ---- the search -------------------------------------------------------------------------


@dataclass(frozen=True)
class Search:
    """A search, in full: the same search on the same machine finds the same network.

    Parameters
    ----------
    generations, population, batch_size
        How many generations of how many networks, each generation on so many new examples.
    elite
        How many of the best stay as they are.
    tournament
        How many are drawn at random, the best of which is a parent.
    simple
        Share of the generations in which the second objective is a small number of connections;
        in the others it is the best of the six weights.
    every
        As many generations apart, the best network is measured on `judges` validation images.
    seed
        Of everything that is random.

    Raises
    ------
    ValueError
        If a count is not a positive integer.

    Examples
    --------
    >>> Search(generations=0)
    Traceback (most recent call last):
        ...
    ValueError: generations is 0; expected an integer ≥ 1
    """

    generations: int = 3000
    population: int = 64
    batch_size: int = 500
    elite: int = 12
    tournament: int = 8
    simple: float = 0.8
    every: int = 100
    judges: int = 3000
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("generations", "population", "batch_size", "elite", "tournament", "every"):
            check_integer(name, getattr(self, name), 1)


@dataclass(frozen=True)
class Found:
    """What a search found: the network best on validation images, and how it grew.

    Parameters
    ----------
    search
        The search.
    network
        Of all that were measured, the one whose ensemble was best on validation images.
    curves
        For each measurement the ``generation``, the number of ``connections`` and of ``hidden``
        nodes, the accuracy for ``each`` weight, and that of the ``ensemble``.
    """

    search: Search
    network: Network
    curves: dict[str, Array]


def run_search(search: Search) -> Found:
    """Search: measure, rank, keep the best, and mutate winners of tournaments."""
    rng = np.random.default_rng(search.seed)
    images = digits()
    x, y = images["train"]
    judged = tuple(part[: search.judges] for part in images["validation"])
    size = search.population
    nets = [random_start(rng) for _ in range(size)]
    history: list[tuple[Any, ...]] = []
    for generation in range(1, search.generations + 1):
        batch = rng.integers(len(x), size=search.batch_size)
        outputs = evaluate(nets, x[batch])
        scores = np.array([log_likelihood(out, y[batch]) for out in outputs])
        mean = scores.mean(axis=1)
        if rng.random() < search.simple:
            other = -np.array([net.connections for net in nets], float)
        else:
            other = scores.max(axis=1)
        front = fronts(np.stack([mean, other], axis=1))
        if generation % search.every == 0 or generation == search.generations:
            top = nets[int(mean.argmax())]
            history.append((generation, top, *accuracies(top, *judged)))
        nets = [nets[i] for i in np.lexsort([-mean, front])]
        drawn = rng.integers(size, size=(size - search.elite, search.tournament))
        children = [mutated(nets[i], rng) for i in drawn.min(axis=1)]
        nets = nets[: search.elite] + children
    steps, tops, each, ensemble = zip(*history, strict=True)
    curves = {
        "generation": np.array(steps),
        "connections": np.array([net.connections for net in tops]),
        "hidden": np.array([len(net.activations) for net in tops]),
        "each": np.array(each),
        "ensemble": np.array(ensemble),
    }
    return Found(search, tops[int(np.argmax(ensemble))], curves)


# ---- stored searches --------------------------------------------------------------------


def searches() -> tuple[Search, ...]:
    """Return chapter 24's searches: two seeds.

    Examples
    --------
    >>> [search.seed for search in searches()]
    [0, 1]
    """
    return tuple(Search(seed=seed) for seed in (0, 1))


def searched(wanted: Iterable[Search], *, jobs: int | None = None) -> list[Found]:
    """Return what searches found: load it, or search, several at once, and store it.

    It is stored where `dlbook.train.results` stores runs, and made again when the code that it
    uses or the version of NumPy changes.

    Parameters
    ----------
    wanted
        The searches.
    jobs
        Processes; by default one for each core.

    Raises
    ------
    ImportError
        If ``dlbook[train]`` is not installed.
    """
    wanted = list(wanted)
    found = {search: _load(search) for search in wanted}
    missing = [search for search, stored in found.items() if stored is None]
    if missing:
        with need("train"):
            import joblib
        most = min(jobs or joblib.cpu_count(), len(missing))
        tasks = (joblib.delayed(run_search)(search) for search in missing)
        for new in joblib.Parallel(n_jobs=most, batch_size=1)(tasks):
            found[new.search] = new
            _store(new)
    return [one for one in (found[search] for search in wanted) if one is not None]


def _path(search: Search) -> Path:
    package = Path(dlbook.__file__).parent
    code = library_code()
    parts = [code_fingerprint([package / "train" / "agnostic.py", package / "graph"])]
    parts += [json.dumps(asdict(search), sort_keys=True), np.__version__, code]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return store.cache_folder() / f"run-{code[:12]}-{digest[:32]}.safetensors"


def _store(found: Found) -> None:
    record: dict[str, Any] = {"sources": list(found.network.sources.items())}
    record |= {"activations": list(found.network.activations.items())}
    store.save(_path(found.search), found.curves, record)


def _load(search: Search) -> Found | None:
    stored = store.load(_path(search))
    if stored is None:
        return None
    curves, record = stored
    sources = {v: tuple(tails) for v, tails in record["sources"]}
    return Found(search, Network(sources, dict(record["activations"])), curves)
