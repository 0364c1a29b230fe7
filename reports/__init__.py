"""Everything a person reads about a run, derived from its record and from nothing else."""
