"""Training on several devices and in lower precision."""
