"""How much Hypothesis tries: a little in `make test`, all in `make test-all`."""

from hypothesis import settings

settings.register_profile("all", deadline=None, max_examples=100)
settings.register_profile("quick", deadline=None, max_examples=20)
settings.load_profile("quick")  # --hypothesis-profile all comes later, and wins

FIRST = "test_the_readme_by_its_installed_name"
"""Takes minutes, and one process alone: begun last, it would run on when all others are done."""


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: getattr(item, "originalname", "") != FIRST)
