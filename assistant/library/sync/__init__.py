"""Keeping up with arXiv: every announcement day of every followed category, verified.

The door is `run.sync`; nothing is imported here, since digests need no more than arXiv's clock.
"""
