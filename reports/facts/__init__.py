"""From a record to frozen facts: what any face says."""
