"""The malmi command: `./malmi --help`.

node.py       up, down, status, logs
checks.py     test
"""
