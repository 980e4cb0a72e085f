"""Seccomp: the system calls that this process may not make from now on (Linux, x86_64 and aarch64).

A parser needs no network, no other program or process, no signal to others, no file to write and no tracing. The calls
are refused as if this user lacked the right (EPERM), so that a library which tries one fails as it would elsewhere.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
from typing import NamedTuple

_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER_MODE = 38, 22, 2  # of prctl
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_REFUSE, _UNKNOWN = _ERRNO | errno.EPERM, _ERRNO | errno.ENOSYS
# Instructions of the classic BPF: load a word, return, jump if equal, greater or equal, or if bits are set.
_LOAD, _RETURN, _EQUAL, _AT_LEAST, _ANY_BIT = 0x20, 0x06, 0x15, 0x35, 0x45
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16  # offsets into struct seccomp_data
_X32_CALLS = 0x40000000
_THREAD_FLAG = 0x10000  # CLONE_THREAD
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC

#: Calls that are always refused: their numbers on x86_64 and aarch64, ``None`` where there is no such call.
_REFUSED: dict[str, tuple[int | None, int | None]] = {
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    "accept": (43, 202), "accept4": (288, 242), "sendto": (44, 206), "sendmsg": (46, 211), "sendmmsg": (307, 269),
    "execve": (59, 221), "execveat": (322, 281), "fork": (57, None), "vfork": (58, None), "setsid": (112, 157),
    "setpgid": (109, 154), "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424), "pidfd_open": (434, 434), "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440), "creat": (85, None), "truncate": (76, 45), "unlink": (87, None),
    "unlinkat": (263, 35), "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276), "mkdir": (83, None),
    "mkdirat": (258, 34), "rmdir": (84, None), "link": (86, None), "linkat": (265, 37), "symlink": (88, None),
    "symlinkat": (266, 36), "mknod": (133, None), "mknodat": (259, 33), "chmod": (90, None), "fchmod": (91, 52),
    "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None), "fchown": (93, 55), "lchown": (94, None),
    "fchownat": (260, 54), "utime": (132, None), "utimes": (235, None), "utimensat": (280, 88),
    "futimesat": (261, None), "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16), "mount": (165, 40),
    "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "setns": (308, 268), "unshare": (272, 97),
    "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430), "mount_setattr": (442, 442),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "add_key": (248, 217),
    "request_key": (249, 218), "keyctl": (250, 219), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "setuid": (105, 146), "setgid": (106, 144),
    "shmget": (29, 194), "shmat": (30, 196), "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
    "reboot": (169, 142), "settimeofday": (164, 170), "clock_settime": (227, 112), "sethostname": (170, 161),
}  # fmt: skip


class _Architecture(NamedTuple):
    """Number of an architecture in the audit's list, and numbers of the calls that are refused in part."""

    column: int
    audit: int
    clone: int
    kill: int
    tgkill: int
    open: int | None
    openat: int
    setrlimit: int
    prlimit64: int


_ARCHITECTURES = {
    "x86_64": _Architecture(0, 0xC000003E, 56, 62, 234, 2, 257, 160, 302),
    "aarch64": _Architecture(1, 0xC00000B7, 220, 129, 131, None, 56, 164, 261),
}
_CLONE3, _OPENAT2 = 435, 437  # their flags are in memory that a filter cannot read; libc falls back


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("if_true", ctypes.c_uint8), ("if_false", ctypes.c_uint8),
                ("value", ctypes.c_uint32))  # fmt: skip


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


_Rule = tuple[int, int, int, int]


def refuse_calls() -> bool:
    """Refuse this thread, and those it starts, what a parser does not need; ``False`` where the kernel cannot."""
    architecture = _ARCHITECTURES.get(platform.machine())
    if architecture is None or platform.system() != "Linux":
        return False
    rules = _filter(architecture, os.getpid())
    instructions = (_Instruction * len(rules))(*(_Instruction(*rule) for rule in rules))
    program = _Program(len(rules), instructions)
    library = ctypes.CDLL(None, use_errno=True)
    library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    return bool(library.prctl(_SET_SECCOMP, _FILTER_MODE, ctypes.byref(program), 0, 0) == 0)


def _filter(machine: _Architecture, pid: int) -> list[_Rule]:
    rules = [_load(_ARCHITECTURE_AT), (_EQUAL, 1, 0, machine.audit), _return(_KILL), _load(_NUMBER_AT)]
    rules += [(_AT_LEAST, 0, 1, _X32_CALLS), _return(_REFUSE)]
    for numbers in _REFUSED.values():
        number = numbers[machine.column]
        if number is not None:
            rules += _when(number, [_return(_REFUSE)])
    rules += [*_when(_CLONE3, [_return(_UNKNOWN)]), *_when(_OPENAT2, [_return(_UNKNOWN)])]
    rules += _when(machine.clone, [_load_argument(0), (_ANY_BIT, 1, 0, _THREAD_FLAG), *_refuse_or_allow()])
    for number in (machine.kill, machine.tgkill):  # abort() signals the process itself
        rules += _when(number, [_load_argument(0), (_EQUAL, 1, 0, pid), *_refuse_or_allow()])
    for number, argument in ((machine.open, 1), (machine.openat, 2)):
        if number is not None:
            rules += _when(number, [_load_argument(argument), (_ANY_BIT, 0, 1, _WRITING), *_refuse_or_allow()])
    rules += _when(machine.setrlimit, [_load_argument(0), (_EQUAL, 1, 0, 0), *_refuse_or_allow()])
    rules += _when(machine.prlimit64, _own_processor_time_alone())
    return [*rules, _return(_ALLOW)]


def _own_processor_time_alone() -> list[_Rule]:
    """Limits may be read, and set for the processor time (0) of this process (0)."""
    return [
        _load_argument(0),
        (_EQUAL, 0, 6, 0),  # another process: refused
        _load_argument(1),
        (_EQUAL, 5, 0, 0),  # processor time: allowed
        _load_argument(2),
        (_EQUAL, 0, 2, 0),  # a new value: refused
        _load_argument(2, upper=True),
        (_EQUAL, 1, 0, 0),  # none: allowed
        *_refuse_or_allow(),
    ]


def _when(number: int, then: list[_Rule]) -> list[_Rule]:
    """``then`` must return, so that the number of the call is still loaded after it."""
    return [(_EQUAL, 0, len(then), number), *then]


def _refuse_or_allow() -> tuple[_Rule, _Rule]:
    return _return(_REFUSE), _return(_ALLOW)


def _load_argument(index: int, *, upper: bool = False) -> _Rule:
    return _load(_ARGUMENTS_AT + 8 * index + 4 * upper)


def _load(offset: int) -> _Rule:
    return (_LOAD, 0, 0, offset)


def _return(value: int) -> _Rule:
    return (_RETURN, 0, 0, value)
