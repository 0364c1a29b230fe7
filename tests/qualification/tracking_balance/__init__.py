"""A simulated balance that takes what moves slowly for drift, and has no menu that tells it."""
