"""What the tests of all results share: a statement is told from its near misses."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

__all__ = ["broken", "missed"]


def broken(hypotheses: Mapping[str, bool]) -> list[str]:
    """Return the names of the hypotheses that are not true."""
    return [name for name, true in hypotheses.items() if not true]


def missed(
    near_misses: Mapping[str, Mapping[str, Any]],
    instances: Iterable[tuple[Any, ...]],
    conclusion: Callable[..., bool],
    hypotheses: Callable[..., Mapping[str, bool]] = lambda *instance: {},
) -> list[str]:
    """Return the near misses that no instance tells from the statement, and what tells none.

    The statement itself must be true of every instance, and so must its hypotheses: what an
    instance tells is then told by the near miss alone. An instance that tells none is silent: a
    narrower statement, which says nothing of such instances, would pass for this one.
    """
    instances = list(instances)
    for number, instance in enumerate(instances):
        assert not broken(hypotheses(*instance)), f"instance {number} breaks a hypothesis"
        assert conclusion(*instance), f"the statement is false of instance {number}"
    untold = [
        words
        for words, moved in near_misses.items()
        if all(conclusion(*instance, **moved) for instance in instances)
    ]
    return untold + [
        f"instance {number} tells none"
        for number, instance in enumerate(instances)
        if all(conclusion(*instance, **moved) for moved in near_misses.values())
    ]
