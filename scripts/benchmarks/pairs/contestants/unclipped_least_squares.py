"""Least squares on the pixels that are not clipped, with a bias."""

from benchmarks.pairs.contestants.least_squares import solve
from benchmarks.pairs.contestants.patches import is_clipped, patches
from benchmarks.pairs.records import Answer, Question

NEEDS = ("numpy",)


def find(question: Question) -> Answer:
    known = patches(question)
    return solve(question, known, is_clipped(question, known.after))
