"""What only the supply's twin needs."""
