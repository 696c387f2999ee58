"""Answers to the book's exercises, right and wrong, by the exercise's name: what checkers are for.

The modules ``answers_…`` fill the two lists, each with two decorators.
"""

import functools

RIGHT, WRONG = {}, {}


def right(name):
    """Enter a function that the checker must accept."""
    return lambda function: RIGHT.setdefault(name, []).append(function) or function


def wrong(name):
    """Enter a function that the checker must refuse."""
    return lambda function: WRONG.setdefault(name, []).append(function) or function


def taking(enter):
    """Enter a function that takes the entries of what is given, and return it as it is."""

    def entered(function):
        enter(functools.wraps(function)(lambda given: function(**given)))
        return function

    return entered


def each(enter, answers, *keys):
    """Enter functions by their names; with keys, they take these entries of what is given."""
    for called, function in answers.items():

        def answer(given, function=function):
            return function(*[given[key] for key in keys]) if keys else function(given)

        answer.__name__ = called
        enter(answer)
