// The exporter and the browser as programs, for the tests of the page.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {access, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';

import {chromium} from 'playwright-core';

const HERE = dirname(fileURLToPath(import.meta.url));
const BINARY =
    resolve(process.env.TLE_BINARY ?? join(HERE, '../../build/release/tcp_lifecycle_exporter'));
const CHROMIUM = '/usr/bin/chromium';
// No sandbox, because the tests may run as root; no traffic of the browser's own.
const CHROMIUM_FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];
const PATIENCE_MS = 20_000;

export const REPLAY = join(HERE, '../fixtures/replay');
export const replayFlags = (directory) =>
    ['--collector.sockets.source=replay', `--collector.sockets.recording=${directory}`];

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export async function until(what, condition) {
  const end = Date.now() + PATIENCE_MS;
  while (!await condition()) {
    if (Date.now() > end) assert.fail(`waited in vain: ${what}`);
    await sleep(50);
  }
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const {port} = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

// Runs until stop(), or until the test is over at the latest.
export class Exporter {
  // `wrapper` is the start of a command line that ends by running the exporter.
  static async start(t, flags, {port, wrapper = []} = {}) {
    await access(BINARY);
    const exporter = new Exporter();
    exporter.port = port ?? await freePort();
    exporter.url = `http://127.0.0.1:${exporter.port}/`;
    const [program, ...args] =
        [...wrapper, BINARY, `--web.listen-address=127.0.0.1:${exporter.port}`, ...flags];
    exporter.process = spawn(program, args, {stdio: ['ignore', 'ignore', 'pipe']});
    exporter.ended = new Promise((done) => exporter.process.once('exit', done));
    t.after(() => exporter.stop());
    let log = '';
    exporter.process.stderr.on('data', (text) => { log += text; });
    await until('the exporter listens', () => {
      assert.equal(exporter.process.exitCode, null, `the exporter has ended: ${log}`);
      return log.includes('msg=listening');
    });
    return exporter;
  }

  get namespace() { return `/proc/${this.process.pid}/ns/net`; }

  async stop() {
    this.process.kill('SIGTERM');
    await this.ended;
  }
}

// A browser whose pages record whatever they should not do; t.after closes it.
export class Browser {
  // `namespace`: a network namespace to be in.
  static async start(t, {namespace} = {}) {
    const browser = new Browser();
    const directory = await mkdtemp(join(tmpdir(), 'tle-browser-'));
    t.after(() => rm(directory, {recursive: true, force: true}));
    let executablePath = CHROMIUM;
    if (namespace) {
      executablePath = join(directory, 'chromium');
      const script = `#!/bin/sh\nexec nsenter --net=${namespace} ${CHROMIUM} "$@"\n`;
      await writeFile(executablePath, script, {mode: 0o755});
    }
    browser.chromium = await chromium.launch({executablePath, args: CHROMIUM_FLAGS});
    t.after(() => browser.chromium.close());
    return browser;
  }

  // An open page, with its `complaints`: console messages, errors and requests to other origins.
  async open(url, options = {}) {
    const page = await this.chromium.newPage({viewport: {width: 1280, height: 900}, ...options});
    page.complaints = [];
    page.on('console', (message) => page.complaints.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => page.complaints.push(`error: ${error}`));
    page.on('request', (request) => {
      const origin = new URL(request.url()).origin;
      if (origin !== new URL(url).origin && !request.url().startsWith('data:')) {
        page.complaints.push(`request to ${request.url()}`);
      }
    });
    await page.goto(url);
    return page;
  }
}
