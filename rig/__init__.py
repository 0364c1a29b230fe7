"""The controller: clock, transports, bench, record, metrology and safety. Knows no pytest and no maker's name."""
