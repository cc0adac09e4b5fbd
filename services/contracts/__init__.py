"""What crosses the wire: facts, remote calls, refusals, permissions, vocabularies.

Everything that two parts must agree on stands here and nothing else does. The package imports nothing of
ours. A change here is a change of the protocol: it must still read every committed sample of a fact
(tests/contracts/samples).
"""
