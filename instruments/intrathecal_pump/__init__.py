"""An intrathecal drug pump on its engineering link (docs/pump-link.md): dialect, driver, firmware and twin."""
