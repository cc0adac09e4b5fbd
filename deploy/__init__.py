"""How a node is run: the malmi command (cli/), the local node (node/), regions, images."""
