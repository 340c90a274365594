"""Run the provenance check on a file in a process that the kernel ends the moment it asks for a network socket.

    python offline.py FILE [RULES]

RULES, JSON for the C2PA library, are used instead of the check's: a test gives rules that do call, to see the kernel
act. The filter is seccomp's (Linux: seccomp(2), BPF): socket, connect and io_uring_setup end the whole process with
SIGSYS, in whatever language the call is made. Prints what the check says, as JSON.
"""

from __future__ import annotations

import ctypes
import json
import platform
import struct
import sys
from pathlib import Path
from typing import Any

# Machine -> (audit architecture, numbers of socket, connect, io_uring_setup), from the kernel's headers.
CALLS = {"x86_64": (0xC000003E, (41, 42, 425)), "aarch64": (0xC00000B7, (198, 203, 425))}
NO_NEW_PRIVILEGES, SECCOMP, FILTER = 38, 22, 2
ALLOW, KILL = 0x7FFF0000, 0x80000000
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06  # BPF: load a word, jump if equal, return


class Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def forbid_sockets() -> None:
    """Install the filter for this process and all its threads to come. Raises OSError where the kernel refuses."""
    architecture, numbers = CALLS[platform.machine()]
    steps = [(LOAD, 0, 0, 4), (EQUAL, 0, len(numbers) + 1, architecture), (LOAD, 0, 0, 0)]
    steps += [(EQUAL, len(numbers) - i, 0, number) for i, number in enumerate(numbers)]
    steps += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, KILL)]
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    system = ctypes.CDLL(None, use_errno=True)
    program = Program(len(steps), code)
    if system.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) or system.prctl(SECCOMP, FILTER, ctypes.byref(program), 0, 0):
        raise OSError(ctypes.get_errno(), "the kernel refuses a filter")


def main() -> None:
    forbid_sockets()
    from types import SimpleNamespace

    from evidencecheck.acquire.container import read_blocks
    from evidencecheck.check.provenance import provenance
    from evidencecheck.metadata import signature
    from evidencecheck.model import Note, Settings

    data = Path(sys.argv[1]).read_bytes()
    if sys.argv[2:]:
        signature.OFFLINE = json.loads(sys.argv[2])
    exhibit: Any = SimpleNamespace(data=data, blocks=read_blocks(data))
    lab: Any = SimpleNamespace(settings=Settings())
    said = [one for one in provenance(exhibit, lab) if isinstance(one, Note)]
    sys.stdout.write(json.dumps([[note.summary.en, dict(note.measurements)] for note in said]))


if __name__ == "__main__":
    main()
