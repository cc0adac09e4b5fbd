"""The services of a node, and what they share: the wire (contracts) and the machinery (runtime)."""
