"""The seeded defects that the rig brings, by what they are in: one module for each family, all in `FAMILIES`."""

FAMILIES = (
    "rates",
    "strokes",
    "power",
    "memory",
    "batteries",
    "reservoirs",
    "alarms",
    "told_alarms",
    "stalls",
    "magnets",
    "logs",
    "surroundings",
    "benches",
    "notices",
    "notices_of_standstill",
    "notices_of_use",
)
"""The modules of this package, in the order in which the matrix shows them."""
