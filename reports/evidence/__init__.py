"""Evidence that somebody else can trust: bundles, signatures on them, checking both, and comparing runs."""
