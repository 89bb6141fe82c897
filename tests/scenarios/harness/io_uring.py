"""connect() by io_uring, without liburing: io_uring(7), include/uapi/linux/io_uring.h."""

import ctypes
import errno
import mmap
import os
import socket
import struct

_SETUP, _ENTER = 425, 426
_GET_EVENTS = 1
_OP_CONNECT = 16
_SQ_RING, _CQ_RING, _SQES = 0, 0x8000000, 0x10000000
_libc = ctypes.CDLL(None, use_errno=True)


def _call(number, *arguments):
    result = _libc.syscall(number, *arguments)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"io_uring: {os.strerror(error)}")
    return result


def works():
    try:
        Ring().close()
    except OSError as error:
        if error.errno not in (errno.ENOSYS, errno.EPERM):
            raise
        return False
    return True


class Ring:
    """One request at a time; a ring of one entry."""

    def __init__(self):
        parameters = ctypes.create_string_buffer(120)
        self._fd = _call(_SETUP, 1, parameters)
        # Offsets in the rings: head, tail, mask, entries, flags, dropped, array; and of completions
        # head, tail, mask, entries, overflow, cqes.
        self._sq = struct.unpack_from("7I", parameters, 40)
        self._cq = struct.unpack_from("6I", parameters, 80)
        self._done = 0
        size = mmap.PAGESIZE
        self._maps = [mmap.mmap(self._fd, size, offset=offset)
                      for offset in (_SQ_RING, _CQ_RING, _SQES)]

    def close(self):
        for each in self._maps:
            each.close()
        os.close(self._fd)

    def connect(self, client, address):
        """To an IPv4 address."""
        sq, cq, sqes = self._maps
        name = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(address[1]),
                           socket.inet_aton(address[0]))
        where = ctypes.create_string_buffer(name, len(name))
        struct.pack_into("=BBHiQQ", sqes, 0, _OP_CONNECT, 0, 0, client.fileno(), len(name),
                         ctypes.addressof(where))
        struct.pack_into("I", sq, self._sq[6], 0)
        struct.pack_into("I", sq, self._sq[1], self._done + 1)
        _call(_ENTER, self._fd, 1, 1, _GET_EVENTS, None, 0)
        mask, = struct.unpack_from("I", cq, self._cq[2])
        _, result = struct.unpack_from("=Qi", cq, self._cq[5] + 16 * (self._done & mask))
        self._done += 1
        struct.pack_into("I", cq, self._cq[0], self._done)
        if result < 0:
            raise OSError(-result, os.strerror(-result))
