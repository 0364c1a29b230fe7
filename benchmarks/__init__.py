"""How fast the rig is: one module per room, each with `rows()`; `python -m benchmarks` prints the table."""
