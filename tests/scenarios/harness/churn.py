"""A load of short connections at a steady rate."""

import threading
import time

from harness import tcp


class Churn:
    """Connections that are closed at once, at a steady rate, in a thread, until one fails."""

    PORTS = 1200  # enough for the rate of five seconds to be a steady figure

    def __init__(self, netns, share):
        """`share` of the highest rate that never exhausts the ports."""
        netns.set_sysctl("net.ipv4.ip_local_port_range", f"40000 {40000 + self.PORTS - 1}")
        netns.set_sysctl("net.ipv4.tcp_tw_reuse", 0)
        self.rate = share * self.PORTS / tcp.TIME_WAIT_SECONDS
        self.failed_at = None
        self.error = None
        self._netns = netns
        self._server = tcp.listen(netns)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        netns.on_close(self.stop)
        self._thread.start()

    def stop(self):
        self._stop.set()
        self._thread.join()

    def _run(self):
        due = time.monotonic()
        while not self._stop.wait(max(0, due - time.monotonic())):
            try:
                tcp.close_in_order(*tcp.pair(self._netns, self._server))
            except OSError as error:
                self.error, self.failed_at = error.errno, time.monotonic()
                return
            # What a busy machine has missed is not made good by a burst.
            due = max(due + 1 / self.rate, time.monotonic())
