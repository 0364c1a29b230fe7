"""What only the flow sensor's twin needs: cable firmware and measurement."""
