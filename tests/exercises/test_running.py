"""A loop that never ends is stopped, whatever it catches."""

import gc
import itertools
import sys

import pytest

from dlbook.exercises.running import MOST_PRINTED, Drawn, Raised, Record, Stopped, run


def on_one_line():
    while True: pass  # fmt: skip  # noqa: E701


def catches():
    while True:
        try:
            len([])
        except:  # noqa: E722
            continue


def catches_around_a_loop():
    while True:
        try:
            while True:
                pass
        except:  # noqa: E722
            pass


def catches_thrice():
    while True:
        try:
            try:
                try:
                    while True:
                        pass
                except BaseException:
                    continue
            except BaseException:
                continue
        except BaseException:
            continue


def makes_another_of_it():
    while True:
        try:
            try:
                len([])
            except BaseException:
                raise ValueError from None
        except ValueError:
            pass


def goes_on_at_the_end():
    try:
        while True:
            pass
    finally:
        while True:
            pass


def calls_in_a_circle():
    try:
        while True:
            pass
    except BaseException:
        calls_in_a_circle()


def generates_and_catches():
    for i in itertools.count():
        try:
            yield i, list(range(100))
        except GeneratorExit:
            return
        except BaseException:
            continue


def wakes_what_slept():
    sleeping = [generates_and_catches() for _ in range(50)]
    for generator in itertools.cycle(sleeping):
        try:
            next(generator)
        except BaseException:
            continue


def ends_badly():
    try:
        while True:
            yield 1
    finally:
        while True:
            pass


class Leaves:
    def __enter__(self):
        return self

    def __exit__(self, *error):
        return True


def leaves_errors_behind():
    while True:
        with Leaves():
            len([])


def compares():
    class Same:
        def __lt__(self, other):
            while True:
                pass

    return sorted([Same(), Same()])


@pytest.mark.parametrize(
    "function",
    [
        on_one_line,
        catches,
        catches_around_a_loop,
        catches_thrice,
        makes_another_of_it,
        goes_on_at_the_end,
        calls_in_a_circle,
        wakes_what_slept,
        ends_badly,
        leaves_errors_behind,
        compares,
        lambda: [0 for _ in itertools.count()],
        lambda: sum(1 for _ in itertools.count()),
    ],
)
def test_a_loop_is_stopped(function):
    with pytest.raises(Stopped):
        run(function, most_lines=1000)
    for _ in range(1000):  # nothing is left to come
        pass


def test_another_trace_function_is_put_back():
    def trace(*_):
        return None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        with pytest.raises(Stopped):
            run(catches_thrice, most_lines=1000)
        assert sys.gettrace() is trace
        assert run(lambda: 1) == 1
        assert sys.gettrace() is trace
    finally:
        sys.settrace(before)


def test_what_survives_its_stop_is_stopped_all_the_same():
    def survives():
        try:
            while True:
                pass
        except BaseException:
            return 1

    with pytest.raises(Stopped):
        run(survives, most_lines=1000)


def test_lines_are_counted():
    def loop(n):
        for _ in range(n):
            pass
        return n

    assert run(loop, 100, most_lines=1000) == 100
    with pytest.raises(Stopped):
        run(loop, 10_000, most_lines=1000)


def test_what_is_raised_names_the_readers_line():
    raised = run(lambda: next(iter(sorted([1, "a"]))))
    assert isinstance(raised, Raised)
    assert isinstance(raised.error, TypeError)
    assert "sorted([1" in repr(raised)


def test_in_installed_code_the_readers_line_is_named():
    import fractions

    raised = run(lambda: fractions.Fraction("x"))
    assert 'fractions.Fraction("x")' in raised.where


def test_what_is_printed_is_recorded(capsys):
    def prints(n):
        print("x" * n)
        print("aside", file=sys.stderr)

    record = Record()
    run(prints, 3, record=record)
    assert record.printed == "xxx\n"
    run(prints, 10**7, record=record)
    assert record.printed == "x" * MOST_PRINTED
    assert "".join(capsys.readouterr()) == ""


def test_lines_of_all_runs_are_recorded():
    def loop():
        for _ in range(100):
            pass

    record = Record()
    run(loop, record=record)
    once = record.lines
    assert once >= 100
    run(loop, record=record)
    assert record.lines == 2 * once
    with pytest.raises(Stopped):
        run(on_one_line, most_lines=1000, record=record)
    assert record.lines >= 2 * once + 1000


def test_the_items_of_an_iterator_say_where_they_come_from():
    drawn = run(lambda: (i for i in range(3)))
    assert isinstance(drawn, Drawn)
    assert (drawn, drawn.of) == ([0, 1, 2], "generator")
    assert not isinstance(run(lambda: [0]), Drawn)


def test_nobody_is_told_of_collections(monkeypatch):
    """Hypothesis times the collector, and guards that; the call itself fails on a full stack."""
    unraised = []
    monkeypatch.setattr(sys, "unraisablehook", unraised.append)

    def told(phase, info):
        pass

    def deeper():
        gc.collect(0)
        deeper()

    gc.callbacks.append(told)
    try:
        assert isinstance(run(deeper).error, RecursionError)
        assert told in gc.callbacks
    finally:
        gc.callbacks.remove(told)
    assert not unraised
