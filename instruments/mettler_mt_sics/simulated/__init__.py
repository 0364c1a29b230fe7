"""What only the balance's twin needs: its load cell."""
