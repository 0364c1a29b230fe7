"""The report as a document: PDF/A, typeset from the same document of data that the JSON face writes."""
