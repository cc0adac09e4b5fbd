"""The malmi command: `./malmi --help`.

node.py          up, down, restart, status, logs
people.py        account, mandate, key
dead_letters.py  dead-letters
rebuild.py       rebuild
sample.py        sample
containers.py    containers
checks.py        test
"""
