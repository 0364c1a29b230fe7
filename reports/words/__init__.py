"""How everything that a report says is worded: one wording for all faces."""
