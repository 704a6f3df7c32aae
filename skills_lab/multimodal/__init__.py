"""Models of pictures and words."""
