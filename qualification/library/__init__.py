"""The seeded defects that the rig brings, by what they are in: one module for each family, all in `FAMILIES`."""

FAMILIES = (
    "rates",
    "strokes",
    "schedules",
    "timing",
    "boluses",
    "bolus_orders",
    "patients",
    "requests",
    "primes",
    "programming",
    "serving",
)
"""The modules of this package, in the order in which the matrix shows them."""
