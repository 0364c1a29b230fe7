"""What only the pump's twin needs: firmware, mechanism, log, delivery."""
