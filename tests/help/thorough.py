"""What is left to `make test-all`: more examples, more cases."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import settings


def examples(count: int) -> int:
    """``count`` in `make test-all`, a share of it in `make test`: see conftest.py."""
    return max(1, count * settings().max_examples // settings.get_profile("all").max_examples)


def slow_except(cases: Iterable[Any], *quick: Any) -> list[Any]:
    """The cases for `pytest.mark.parametrize`, all but ``quick`` marked slow."""
    cases = list(cases)
    assert all(case in cases for case in quick), quick
    return [
        case
        if case in quick
        else pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.slow)
        for case in cases
    ]
