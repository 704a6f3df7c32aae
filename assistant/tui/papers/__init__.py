"""Papers on the screen: rows, preview, and what keys do to them, wherever papers are listed."""
