"""Ties a program's life to its starter's: `python tether.py STARTER_PID PROGRAM ARGUMENTS...`.

The kernel sends SIGTERM to the program when its starter dies, even of SIGKILL. Done in a process of its own
rather than between fork and exec, where Python code may deadlock. Standard library only: it runs with -I -S.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Replaces this process by the program."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != int(sys.argv[1]):  # the starter died before the line above
            sys.exit(1)
    os.execvp(sys.argv[2], sys.argv[2:])


main()
