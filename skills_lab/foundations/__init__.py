"""What every other lab stands on: timing, gradients, losses."""
