"""One folder per instrument: dialect, driver, twin. `plant` is the simulated laboratory, `hosting` serves the twins."""
