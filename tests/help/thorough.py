"""The settings of tests that draw more or fewer examples than others do."""

from hypothesis import settings


def examples(count: int) -> int:
    """``count`` in `make test-all`, a share of it in `make test`: see conftest.py."""
    return max(1, count * settings().max_examples // settings.get_profile("all").max_examples)
