"""What the tests stand on: a real broker and store, parts that really run, a client, a collector of facts."""

from .collector import Facts
from .node import NodeUnderTest, Part
from .rpc import Rpc
from .waiting import until

__all__ = ["Facts", "Part", "Rpc", "NodeUnderTest", "until"]
