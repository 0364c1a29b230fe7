"""The plans of a bench's daily proof, one for each part; `rig prove` runs them."""
