"""The gateway: the node's face to the web. JSON API, pages, feeds, documents about itself, health and metrics.

It holds no rules of the domain. Public reads come from its own read model; commands and private reads go to the
service that owns the record. It publishes nothing, and listens to facts (the projector) and heartbeats.
"""
