"""What can go wrong in a way that the person at the terminal can put right."""


class NodeError(Exception):
    """A one-line message for the person at the terminal: what is wrong and what to do."""
