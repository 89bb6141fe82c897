"""A kernel without netlink, as sandboxes have it: a seccomp filter refuses its sockets."""

import ctypes
import errno
import platform
import socket
import struct

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER_MODE = 38, 22, 2
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _FAIL_WITH = 0x7FFF0000, 0x00050000
_SYSCALL_OFFSET, _FIRST_ARGUMENT_OFFSET = 0, 16  # in struct seccomp_data, little endian
_SOCKET_SYSCALL = {"x86_64": 41, "aarch64": 198}


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def deny_netlink():
    """From now on socket(AF_NETLINK, ...) of this process fails. To be called before exec."""
    def instruction(code, value, if_true=0, if_false=0):
        return struct.pack("HBBI", code, if_true, if_false, value)
    code = b"".join([
        instruction(_LOAD, _SYSCALL_OFFSET),
        instruction(_JUMP_IF_EQUAL, _SOCKET_SYSCALL[platform.machine()], 0, 3),
        instruction(_LOAD, _FIRST_ARGUMENT_OFFSET),
        instruction(_JUMP_IF_EQUAL, socket.AF_NETLINK, 0, 1),
        instruction(_RETURN, _FAIL_WITH | errno.EAFNOSUPPORT),
        instruction(_RETURN, _ALLOW),
    ])
    libc = ctypes.CDLL(None, use_errno=True)
    program = _Program(len(code) // 8, code)
    for arguments in ((_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
                      (_PR_SET_SECCOMP, _FILTER_MODE, ctypes.byref(program), 0, 0)):
        if libc.prctl(*arguments) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
