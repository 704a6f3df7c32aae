"""Smaller models that are as good."""
