"""Checkers for the book's coded exercises: a wrong answer is met with a counterexample.

They inform; they do not certify. Needs ``pip install "dlbook[exercises]"``.
"""

from dlbook.exercises.chapters.diagnosis import recorded_runs
from dlbook.exercises.checking import Result, check, names
from dlbook.exercises.grading import Grades, grade

__all__ = ["Grades", "Result", "check", "grade", "names", "recorded_runs"]
