"""Become a PostgreSQL program that dies with its parent, under an ordinary id.

Run as a script by `s3gw.db.embedded`, never imported there: it changes its own process and then replaces it.

    python -I -S launcher.py PARENT_PID IDENTITY PROGRAM ARGUMENT…

IDENTITY is "same"; or "map:UID:GID" to show the present user under another id inside a user namespace; or
"become:UID:GID" to give up root for good. PostgreSQL refuses to run as root and looks its user up by id, and
a user namespace satisfies both without touching the modes or owners of any directory.

The parent-death signal (prctl(2)) is lost when ids change, hence it comes last; the parent may have died
before it, hence the check after it; and it follows the thread that forked this process, not the process.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

REFUSED = 71
"""Exit status where the system refuses the identity; EX_OSERR of sysexits.h."""
_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Take on the identity, tie this process to its parent, become the program."""
    parent, identity, program = int(arguments[0]), arguments[1], arguments[2]
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        _take(libc, identity)
    except OSError as error:
        sys.stderr.write(f"{identity.partition(':')[0]}: {error}\n")
        sys.exit(REFUSED)
    # SIGINT is PostgreSQL's fast shutdown: sessions end, a checkpoint is written, no recovery later.
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:
        sys.exit(1)
    os.execv(program, [program, *arguments[3:]])  # noqa: S606


def _take(libc: ctypes.CDLL, identity: str) -> None:
    kind, _, ids = identity.partition(":")
    if kind == "same":
        return
    uid, gid = map(int, ids.split(":"))
    if kind == "become":
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
        return
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    if libc.unshare(_CLONE_NEWUSER) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"user namespaces are refused: {os.strerror(error)}")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {outer_uid} 1")
    _write("/proc/self/gid_map", f"{gid} {outer_gid} 1")


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    main(sys.argv[1:])
