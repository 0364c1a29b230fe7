"""How long to measure, and when a measurement may stop."""
