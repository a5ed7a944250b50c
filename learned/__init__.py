"""Learn image filters back from pictures before and after, with a single-layer network."""
