"""Runs a command and tells what it took, as a JSON list: exit code, CPU seconds of all its processes,
wall seconds, peak in the system's unit. Small itself, because on Linux the peak of a child begins
with what its parent has.

python -S -E benchmarks/launching.py COMMAND ...
"""

import os
import sys
import time

quiet = os.open(os.devnull, os.O_WRONLY)
start = time.monotonic()
to_nowhere = [(os.POSIX_SPAWN_DUP2, quiet, 1), (os.POSIX_SPAWN_DUP2, quiet, 2)]
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=to_nowhere)
_, status, usage = os.wait4(child, 0)
wall = time.monotonic() - start
cpu = usage.ru_utime + usage.ru_stime
print([os.waitstatus_to_exitcode(status), cpu, wall, usage.ru_maxrss])
