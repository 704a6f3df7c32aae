"""Models for machines of a few kilobytes."""
