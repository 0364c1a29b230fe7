"""Pure functions on arrays: from raw readings to numbers with their uncertainty. No bench, no record, no I/O."""
