"""What a person or a program reads of a qualification: a page, a table for a reviewer, and JSON."""
