"""The fast engine: a plan for each call, tiles shared among threads, and compiled loops."""
