"""Connections that their peer has closed and our program has not."""

import re

import pytest

from harness import ss, tcp
from harness.doctor import examine
from harness.waiting import wait_until

PORT = 8080


def leave(namespace, server, number):
    """`number` accepted connections in CLOSE_WAIT."""
    for _ in range(number):
        tcp.pair(namespace, server)[0].close()
    wait_until("the peers' ends have arrived", lambda: len(
        ss.select(namespace, state="close_wait", local_port=PORT)) == number)


@pytest.mark.parametrize("number, leaks", [(120, 1), (99, 0)])
def test_a_server_that_does_not_close_what_it_accepted(netns, exporter, number, leaks):
    """Its peers are known to be gone: that keepalive is off is not what is wrong."""
    leave(netns, tcp.listen(netns, port=PORT), number)
    page = exporter.scrape()
    assert page.value("config_finding", rule="close_wait_leak") == leaks
    assert page.value("config_finding", rule="idle_without_keepalive") == 0


def test_the_doctor_names_the_server_and_what_helps(netns):
    leave(netns, tcp.listen(netns, port=PORT), 120)
    text = examine(netns).sentences
    assert "close_wait_leak" in text
    assert re.search(r"CLOSE_WAIT on port 8080: \S+ \(PID \d+\) with 120 sockets", text)
    assert "The server on port 8080 has 120 accepted connections in CLOSE_WAIT" in text
    assert "close its end when read() returns 0" in text
