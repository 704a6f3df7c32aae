"""Notes as several places show them: their page, their rows, what keys do to them."""
