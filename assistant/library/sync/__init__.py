"""Keeping up with arXiv: every announcement day of every followed category, verified."""

from assistant.library.sync.run import SyncReport, sync

__all__ = ["SyncReport", "sync"]
