"""What all parts of the built-in firmware have in common: they live through power cuts, each in its own way."""


class Part:
    """One part of the built-in firmware. What it does not say otherwise survives without power."""

    def power_lost(self) -> None:
        """Forget what is lost with the power; called once for each cut, while the pump goes down."""

    def booted(self, t_ns: int) -> None:
        """Begin again; called once for each start of the electronics, at its moment (laboratory UTC ns)."""
