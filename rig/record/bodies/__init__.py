"""The words of the record: one frozen class per kind of entry, written and read through it everywhere."""
