"""Experiments: config -> pairs -> train -> compare -> run folder."""
