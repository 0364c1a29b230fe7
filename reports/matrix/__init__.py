"""What results rest on, and which of them no longer hold when that changes."""
