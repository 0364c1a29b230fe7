"""The HTML face of the facts."""
