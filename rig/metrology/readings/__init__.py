"""Series of readings as they came: what is demanded of them, put on a grid, their line and noise."""
