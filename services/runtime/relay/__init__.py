"""The relay: one process that publishes what waits in the outboxes of all services (rule 4).

For each service it holds a lease in that service's own database. A stamping transaction writes the next sequence
numbers to the facts and to the lease document, on condition that the lease's token is still its own: a relay that
lost its lease (it slept, another took over) can't stamp. What it had stamped it may publish twice; consumers are
idempotent.
"""
