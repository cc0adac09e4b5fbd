"""marshmallow schemas of everything that crosses the wire: records, the arguments of calls, facts.

A module for each service. Loading is strict at the edge (unknown fields are refused); readers of facts pass over
what they do not know (`unknown=EXCLUDE`), so that a newer node can talk to an older one.
"""
