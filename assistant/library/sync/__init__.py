"""Keeping up with arXiv: every announcement day of every followed category, verified.

The door is `run.sync`; nothing is imported here, so that a digest loads no way to the network.
"""
