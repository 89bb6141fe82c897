"""Compares two readers of the same thing while it does not move."""

from harness.waiting import wait_until


def still(reference, read):
    """(what `reference` returned, what `read` returned) where `reference` said the same before and
    after."""
    def attempt():
        before = reference()
        result = read()
        return before == reference() and (before, result)
    return wait_until("nothing moves while it is read", attempt, timeout_seconds=30)
