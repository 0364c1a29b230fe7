"""What instruments that speak SCPI have in common: the dialect, the VISA link of their drivers, the device of twins."""
