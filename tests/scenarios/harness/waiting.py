"""Bounded waiting: a scenario never sleeps for a guessed time, it waits for what it needs."""

import os
import time

# How many times slower than usual this machine is, as an emulated one: every limit is longer.
SLOW = int(os.environ.get("TLE_SLOW", "1"))


def wait_until(description, condition, timeout_seconds=5.0, interval_seconds=0.02):
    """Calls `condition` until it returns something true, and returns that.

    Fails with `description` and the last value when the time is up.
    """
    timeout_seconds *= SLOW
    end = time.monotonic() + timeout_seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= end:
            raise AssertionError(
                f"waited {timeout_seconds} s in vain until {description}; last seen: {value!r}")
        time.sleep(interval_seconds)
