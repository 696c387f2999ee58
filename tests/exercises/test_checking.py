"""Whatever a reader's function does is part of its answer."""

import itertools
import subprocess
import sys
import time

import pytest

from dlbook.exercises import check

NAME = "dag-longest-path"


class Stubborn:
    """Neither printed nor compared without an error."""

    def __repr__(self):
        raise ValueError("no words")

    def __eq__(self, other):
        raise ValueError("no comparison")

    __hash__ = None


class Printed(BaseException):
    pass


class MuteError(Exception):
    def __str__(self):
        while True:
            pass


def loops(graph):
    while True:
        pass


def loops_and_catches(graph):
    while True:
        try:
            graph = dict(graph)
        except:  # noqa: E722
            graph = {}


def yields_for_ever(graph):
    yield from itertools.count()


def recurses(graph):
    return recurses(graph)


def leaves(graph):
    sys.exit(1)


def raises_base(graph):
    raise Printed


def changes(graph):
    graph["z"] = []
    return 0


def changes_stubbornly(graph):
    graph["z"] = Stubborn()
    return 0


def takes_nothing():
    return 0


def prints(graph):
    print("noise")
    print("noise", file=sys.stderr)
    return -1


def prints_without_end(graph):
    while True:
        print("noise" * 100)


async def returns_a_coroutine(graph):
    return 0


def raises_without_words(graph):
    raise MuteError


def misses_a_key(graph):
    return graph["nobody"]


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (loops, "does a loop never end, or is the same thing worked out again and again?"),
        (loops_and_catches, "does a loop never end"),
        (yields_for_ever, "does the generator never end?"),
        (recurses, "RecursionError"),
        (leaves, "SystemExit: 1"),
        (raises_base, "Printed"),
        (changes, "the argument was changed"),
        (changes_stubbornly, "the argument was changed"),
        (takes_nothing, "takes 0 positional arguments"),
        (prints, "a longest path has"),
        (misses_a_key, 'return graph["nobody"]'),
        (lambda graph: Stubborn(), "it is a Stubborn; expected a number of edges"),
        (lambda graph: None, "it returned None: is a return missing?"),
        (lambda graph: "x" * 10**6, "it is a str"),
        (lambda graph: 1j, "it is complex"),
        (returns_a_coroutine, "it is a coroutine"),
        (prints_without_end, "does a loop never end"),
        (raises_without_words, "it raised MuteError"),
    ],
)
def test_nothing_that_a_function_does_gets_out(function, words, capsys):
    trace = sys.gettrace()
    result = check(NAME, function)
    assert not result.passed
    assert words in repr(result)
    assert len(repr(result)) < 800
    assert "".join(capsys.readouterr()) == ""
    assert sys.gettrace() is trace


def test_what_is_printed_is_shown_beside_the_answer():
    assert repr(check(NAME, prints)).splitlines()[1:4] == [
        "  given     {}",
        "  printed   noise",
        "  returned  -1",
    ]


def test_of_much_that_is_printed_the_first_lines_are_shown():
    def prints_much(graph):
        for i in range(100):
            print(i, "x" * 100)
        return -1

    lines = repr(check(NAME, prints_much)).splitlines()
    assert [line[12:15] for line in lines[2:6]] == ["0 x", "1 x", "2 x", "…"]
    assert lines[6].startswith("  returned")
    assert len(lines[2]) == 92


def test_printing_shows_what_a_notebook_shows(capsys):
    result = check(NAME, prints)
    print(result)
    assert capsys.readouterr().out == repr(result) + "\n"


def test_a_smaller_case_is_looked_for_while_a_reader_waits_and_no_longer():
    calls = []

    def slow_beyond_two_nodes(graph):
        calls.append(len(graph))
        if len(graph) > 2:
            sum(0 for _ in range(10**6))
        return by_trying_all_lengths(graph)

    assert not check(NAME, slow_beyond_two_nodes)
    assert sum(n > 2 for n in calls) < 20


def test_nor_longer_where_few_lines_take_long():
    def sleeps(graph):
        time.sleep(0.3 if len(graph) > 1 else 0)
        return by_trying_all_lengths(graph) if len(graph) < 2 else -1

    started = time.monotonic()
    assert not check(NAME, sleeps)
    assert time.monotonic() - started < 20  # Hypothesis alone takes minutes


def test_a_result_is_true_where_it_passed():
    assert not check(NAME, loops)
    assert check("dag-all-orders", by_trying_all)


def by_trying_all(graph):
    for order in itertools.permutations(graph):
        place = {v: i for i, v in enumerate(order)}
        if all(place[u] < place[v] for u, heads in graph.items() for v in heads):
            yield order


def by_trying_all_lengths(graph):
    return max((1 + n for n in range(5) for u in graph if walks(graph, u, n + 1)), default=0)


def walks(graph, u, n):
    return n == 0 or any(walks(graph, w, n - 1) for w in graph[u])


def test_an_interrupt_gets_out():
    def interrupted(graph):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(NAME, interrupted)


def test_an_answer_by_chance_is_reported_as_such():
    answers = itertools.cycle([0, 0, 0, 7])
    result = check(NAME, lambda graph: next(answers))
    assert not result.passed


def test_the_next_check_knows_nothing_of_the_last():
    first = check(NAME, loops)
    check(NAME, changes)
    assert check(NAME, loops) == first


def test_a_hint_is_shown_where_it_is_asked_for():
    assert "hint" not in repr(check(NAME, loops))
    assert "hint" in repr(check(NAME, loops, hint=True))


def test_an_unknown_name_is_met_with_near_ones():
    with pytest.raises(ValueError, match="'dag-longest-path'"):
        check("ex-dag-longest-paths", loops)


def test_a_call_in_place_of_a_function_is_explained():
    with pytest.raises(TypeError, match="without calling it"):
        check(NAME, 3)


def test_nothing_is_left_in_the_readers_folder(tmp_path):
    code = f"from dlbook.exercises import check; print(check({NAME!r}, lambda graph: 0))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stdout.startswith("✗")
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []
