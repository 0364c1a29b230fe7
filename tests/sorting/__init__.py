"""A hundred failures of known fault, and how they are sorted."""
