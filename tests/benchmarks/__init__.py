"""How fast the node is: every figure beside the raw limit of the same machine in the same run (./malmi bench)."""
