"""One delivery seen by several instruments: where they part, and what fits the pattern."""
