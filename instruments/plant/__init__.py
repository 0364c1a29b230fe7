"""The simulated laboratory bench: what the liquid, the air, the beaker and the wires do. Knows no protocol."""
