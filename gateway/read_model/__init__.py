"""The gateway's own copy of all public records: SQLite files, written by the projector alone, read by the workers.

    facts -> projector -> public.db    records as facts carry them, and beside them the bytes that answers consist of
                       -> identity.db  hashes of sessions and API keys (never a name or address)
                       -> stream.db    a day of public facts, for live streams

A copy applies what is newer by (incarnation, version), so redelivery, reordering and replay change nothing. What a
reader sees is a pure function of the newest records: the files can be thrown away and rebuilt at any time.
"""
