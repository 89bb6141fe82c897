// The page over a live kernel: a network namespace in which connections come and go.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import test from 'node:test';

import {Browser, Exporter, until} from './harness.mjs';

const IN_NEW_NAMESPACE = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$0" "$@"'];
const skip = process.getuid() === 0 ? false : 'NOT RUN: network namespaces need root';

// Listens on two ports of the namespace, one with more clients than its queue has room for; closes
// the other on any line of input.
const PROGRAM = `
import socket
busy = socket.create_server(("127.0.0.1", 8080), backlog=2)
idle = socket.create_server(("127.0.0.1", 9090))
clients = [socket.create_connection(("127.0.0.1", 8080)) for _ in range(3)]
print("ready", flush=True)
input()
idle.close()
print("closed", flush=True)
input()
`;

test('what happens on the host appears while the page is open', {skip}, async (t) => {
  const exporter = await Exporter.start(t, [], {wrapper: IN_NEW_NAMESPACE});
  const program = spawn('nsenter', [`--net=${exporter.namespace}`, 'python3', '-c', PROGRAM]);
  t.after(() => program.kill());
  const lines = createInterface({input: program.stdout})[Symbol.asyncIterator]();
  assert.equal((await lines.next()).value, 'ready');

  const browser = await Browser.start(t, {namespace: exporter.namespace});
  const page = await browser.open(exporter.url);
  const listener = (address) => page.locator('#listen tr', {hasText: address});
  assert.match(await listener('127.0.0.1:8080').innerText(), /3 of 2/);
  assert.match(await page.locator('.tiles').innerText(), /150 %/);
  assert.ok(await listener('127.0.0.1:9090').isVisible());

  program.stdin.write('\n');
  assert.equal((await lines.next()).value, 'closed');
  await until('the closed listener is gone',
              async () => await listener('127.0.0.1:9090').count() === 0);
  assert.deepEqual(page.complaints, []);
});
