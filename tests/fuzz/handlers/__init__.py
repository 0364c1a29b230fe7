"""What pyserial looks up by the scheme of a port's URL."""
