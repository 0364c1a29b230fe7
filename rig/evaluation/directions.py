"""A change in words: which way it went, and by how much without a sign."""


def moved(by: float, unit: str, form: str = ".5g", *, up: str = "rose by", down: str = "fell by") -> str:
    """Return how a quantity moved `by` so much in `unit`: "rose by 3 µL", and "fell by 3 µL" for less than nothing."""
    return f"{up if by > 0.0 else down} {abs(by):{form}} {unit}".rstrip()
