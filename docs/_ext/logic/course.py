"""What a course takes from the book: ``{course-plan}`` spreads the exercises over weeks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from _ext.logic.arguments import pages_in_order
from _ext.logic.exercises import Exercise, Exercises
from _ext.page.lists import add_list, table
from dlbook.exercises.checking import CHECKERS

__all__ = ["weeks"]

#: Minutes of exercises in a week, at most.
_MINUTES = 120

#: Points of an exercise without a checker, by the rubric for proofs.
_RUBRIC = 4


def points(one: Exercise) -> int:
    """Return how many points an exercise is worth."""
    checker = CHECKERS.get(one.label.removeprefix("ex-")) if one.checked else None
    return checker.points if checker else _RUBRIC


def weeks(exercises: Iterable[Exercise]) -> Iterator[list[Exercise]]:
    """Yield the exercises of each week, in their order; no week belongs to two chapters.

    Examples
    --------
    >>> def ex(minutes, docname):
    ...     return Exercise("ex", "exercise", "", docname, "", 0, minutes)
    >>> given = [ex(60, "a"), ex(50, "a"), ex(30, "a"), ex(200, "b"), ex(5, "b")]
    >>> [[one.minutes for one in week] for week in weeks(given)]
    [[60, 50], [30], [200], [5]]
    """
    week: list[Exercise] = []
    for one in exercises:
        total = sum(other.minutes for other in week) + one.minutes
        if week and (one.docname != week[0].docname or total > _MINUTES):
            yield week
            week = []
        week.append(one)
    if week:
        yield week


def _plan(app: Sphinx, docname: str) -> list[nodes.Node]:
    domain = app.env.get_domain("exercise")
    assert isinstance(domain, Exercises)
    place = {page: i for i, page in enumerate(pages_in_order(app.env))}
    order = sorted(domain.known.values(), key=lambda one: (place.get(one.docname, 0), one.line))

    def link(page: str, text: str, anchor: str = "", hint: str = "") -> nodes.reference:
        address = app.builder.get_relative_uri(docname, page) + (f"#{anchor}" if anchor else "")
        made = nodes.reference("", text, refuri=address, internal=True)
        if hint:
            made["reftitle"] = hint
        return made

    rows: list[list[list[nodes.Node]]] = []
    for count, week in enumerate(weeks(order), 1):
        page = week[0].docname
        listed: list[nodes.Node] = []
        for one in week:
            listed += [nodes.Text(", ")] * bool(listed)
            listed.append(link(page, one.number, one.label, one.name))
        minutes, worth = sum(one.minutes for one in week), sum(map(points, week))
        rows.append(
            [
                [nodes.Text(str(count))],
                [link(page, app.env.titles[page].astext())],
                listed,
                [nodes.Text(str(minutes))],
                [nodes.Text(str(worth))],
            ]
        )
    return [table(["Week", "Chapter", "Exercises", "Minutes", "Points"], rows)]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the list."""
    app.setup_extension("_ext.logic.exercises")
    add_list(app, "course-plan", _plan)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
