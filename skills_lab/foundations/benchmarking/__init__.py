"""How to time code, and how not to be fooled."""
