"""A loss of one's own, done right."""
