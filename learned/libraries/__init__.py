"""How image libraries filter, measured: each is a black box that a picture goes through."""
