"""TinyML: a kilobyte of weights, integers only, as C."""
