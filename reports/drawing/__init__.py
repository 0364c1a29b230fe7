"""Pictures of facts as places: what a page and a document draw alike."""
