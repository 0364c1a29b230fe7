"""The page of all runs of a folder: one static file beside the records."""
