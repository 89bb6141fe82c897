"""Clients that hold an HTTP server up: some connect and say nothing, some send their request byte by
byte, some read the answer byte by byte. Whoever the server closes comes back at once.

    crowd.py ADDRESS PORT IDLE DRIPPING SLOW_READING

Prints `here` when all have come once, and goes on until it is killed.
"""

import asyncio
import resource
import socket
import sys

REQUEST = b"GET /metrics HTTP/1.1\r\nHost: crowd\r\nX-Padding: " + b"x" * 4000 + b"\r\n\r\n"
PAUSE_SECONDS = 0.5
SMALLEST_BUFFER = 1  # the kernel makes it as small as it may be


async def idle(loop, client):
    await loop.sock_recv(client, 1)


async def drip(loop, client):
    for byte in REQUEST:
        await loop.sock_sendall(client, bytes([byte]))
        await asyncio.sleep(PAUSE_SECONDS)


async def read_slowly(loop, client):
    await loop.sock_sendall(client, REQUEST)
    while await loop.sock_recv(client, 1):
        await asyncio.sleep(PAUSE_SECONDS)


async def come_again_and_again(address, port, behave, arrived):
    loop = asyncio.get_running_loop()
    while True:
        with socket.socket(socket.AF_INET6) as client:
            client.setblocking(False)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALLEST_BUFFER)
            try:
                await loop.sock_connect(client, (address, port))
                arrived.set()
                await behave(loop, client)
            except OSError:
                await asyncio.sleep(0.01)


async def crowd(address, port, counts):
    arrivals = []
    tasks = []
    for behave, count in counts:
        for _ in range(count):
            arrivals.append(asyncio.Event())
            tasks.append(asyncio.create_task(
                come_again_and_again(address, port, behave, arrivals[-1])))
    for arrived in arrivals:
        await arrived.wait()
    print("here", flush=True)
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    numbers = [int(text) for text in sys.argv[3:]]
    asyncio.run(crowd(sys.argv[1], int(sys.argv[2]), zip((idle, drip, read_slowly), numbers)))
