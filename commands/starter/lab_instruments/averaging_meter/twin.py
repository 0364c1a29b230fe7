"""The twin: the instrument at the other end of the wire is a SCPI multimeter like the rig's own."""

from instruments.scpi_meter.twin import Twin

__all__ = ["Twin"]
