"""Carries connections from one namespace into another, without a network between them."""

import contextlib
import socket
import threading

_CHUNK_BYTES = 65536


def forward(listener, connect):
    """Each connection to `listener` is carried on over a socket that `connect` opens, until the
    function returned is called; it closes the listener."""
    threading.Thread(target=_accept, args=(listener, connect), daemon=True).start()

    def stop():
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
        listener.close()
    return stop


def _accept(listener, connect):
    while True:
        try:
            near, _ = listener.accept()
        except OSError:
            return
        try:
            far = connect()
        except OSError:
            near.close()
            continue
        for ends in ((near, far), (far, near)):
            threading.Thread(target=_pump, args=ends, daemon=True).start()


def _pump(source, sink):
    with contextlib.suppress(OSError):
        while chunk := source.recv(_CHUNK_BYTES):
            sink.sendall(chunk)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
