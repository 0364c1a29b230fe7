"""An open bench: instruments, dwelling, windows, sampling, and the start of its record."""
