"""The words of the record: one frozen class per kind of entry, written and read through it everywhere.

`start`, `events`, `result` and `others` hold the classes, `judging` and `recipe` what they are made of, `codec` turns
them into JSON and back, `old` reads what earlier rigs wrote. Nothing here needs more than the standard library.
"""
