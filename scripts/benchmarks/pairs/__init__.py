"""Find the filter from a pair: pairs made by other people's programs, contestants, and a table."""
