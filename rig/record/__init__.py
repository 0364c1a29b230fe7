"""The run record: one crash-safe, append-only, hash-chained file per run, from which everything else is derived.

`writer` and `reader` are its two ends, `bodies` its words, `folder` the runs of a directory. Importing this room costs
nothing: who only needs the words (`rig.record.bodies`) gets neither numpy nor a database.
"""
