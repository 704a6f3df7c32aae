"""Reverse-mode differentiation and the usual optimisers, written out."""
