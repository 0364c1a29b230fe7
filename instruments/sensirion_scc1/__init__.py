"""A Sensirion liquid flow sensor behind an SCC1 cable: buffered flow and temperature over SHDLC."""
