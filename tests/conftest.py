"""How much Hypothesis tries: a little in `make test`, all in `make test-all`."""

from hypothesis import settings

settings.register_profile("all", deadline=None, max_examples=100)
settings.register_profile("quick", deadline=None, max_examples=20)
settings.load_profile("quick")  # --hypothesis-profile all comes later, and wins
