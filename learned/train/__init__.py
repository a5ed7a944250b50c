"""Training: one loop, a table of optimizers, and what they need."""
