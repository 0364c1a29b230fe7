"""From mass to volume: density, buoyancy, evaporation, and the mean flow with its budget."""
