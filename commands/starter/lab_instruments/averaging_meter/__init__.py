"""A SCPI multimeter that is read several times for one value."""
