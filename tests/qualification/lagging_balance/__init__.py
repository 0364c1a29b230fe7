"""A simulated balance behind a box that hands on what it was told before."""
