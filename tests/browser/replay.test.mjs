// The page over recorded kernels: what it says, and how it behaves in a browser.
import assert from 'node:assert/strict';
import {cp, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'node:test';

import {Browser, Exporter, REPLAY, replayFlags, until} from './harness.mjs';

const EVERY_STATE = replayFlags(join(REPLAY, 'every_state'));
const REFRESH_MS = 5000;

// The value of each series on /metrics, by name and labels as written.
async function series(exporter) {
  const text = await (await fetch(exporter.url + 'metrics')).text();
  return new Map(text.split('\n').filter((line) => line && !line.startsWith('#')).map((line) => {
    const end = line.lastIndexOf(' ');
    return [line.slice(0, end), Number(line.slice(end + 1))];
  }));
}

// The rows of a section's table as arrays of their cells' texts.
const rows = (page, section) => page.locator(`#${section} tbody tr`).evaluateAll(
    (found) => found.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));
const number = (text) => Number(text.replaceAll(',', ''));

test('the page shows what /metrics tells', async (t) => {
  const exporter = await Exporter.start(t, EVERY_STATE);
  const browser = await Browser.start(t);
  const page = await browser.open(exporter.url);
  const metrics = await series(exporter);
  const metric = (name, labels) =>
      metrics.get(`tcp_lifecycle_${name}{netns="self"${labels ? ',' + labels : ''}}`);

  const states = await rows(page, 'states');
  assert.equal(states.length, 11);
  for (const [state, v4, v6, both] of states) {
    const of = (family) => metric('sockets', `family="${family}",state="${state.toLowerCase()}"`);
    assert.equal(number(v4), of('ipv4'), state);
    assert.equal(number(v6), of('ipv6'), state);
    assert.equal(number(both), of('ipv4') + of('ipv6'), state);
  }
  assert.ok(states.every(([, , , both]) => number(both) > 0), 'the fixture has every state');

  const ports = await page.locator('#ports').innerText();
  const min = metric('ephemeral_port_range_min');
  assert.match(ports, new RegExp(`${min} – ${metric('ephemeral_port_range_max')}`));
  const usable = metric('ephemeral_ports').toLocaleString('en');
  assert.match(ports, new RegExp(`Usable\\s+${usable}`));
  const [listen, bound, inbound] = await rows(page, 'ports');
  assert.equal(number(listen[1]), metric('ephemeral_ports_blocked', 'blocker="listen"'));
  assert.equal(number(bound[1]), metric('ephemeral_ports_blocked', 'blocker="bound"'));
  assert.equal(number(inbound[1]), metric('ephemeral_ports_blocked', 'blocker="inbound"'));

  const roles = ['outbound', 'inbound', 'unknown'];
  for (const [i, [, sockets]] of (await rows(page, 'time-wait')).entries()) {
    assert.equal(number(sockets), metric('time_wait_sockets', `role="${roles[i]}"`));
  }
  const settings = ['on', 'off', 'unknown'];
  for (const [i, [, sockets]] of (await rows(page, 'keepalive')).entries()) {
    assert.equal(number(sockets), metric('keepalive_sockets', `keepalive="${settings[i]}"`));
  }
  const listeners = [...metrics.keys()].filter((name) => name.includes('listen_queue_sockets{'));
  assert.equal((await rows(page, 'listen')).length, listeners.length);
  assert.match(await page.locator('#settings').innerText(),
               new RegExp(`tcp_fin_timeout\\s+${metric('sysctl_fin_timeout_seconds')}\\b`));
  for (const [collector, state] of await rows(page, 'health')) {
    assert.match(state, /complete/, collector);
  }
  assert.deepEqual(page.complaints, []);
});

test('a host without ports names the destination, what is left and what helps', async (t) => {
  const exporter = await Exporter.start(t, replayFlags(join(REPLAY, 'exhausted')));
  const browser = await Browser.start(t);
  const page = await browser.open(exporter.url);
  const metrics = await series(exporter);
  const of = (name, source, address, port, more = '') =>
      metrics.get(`tcp_lifecycle_destination_${name}{netns="self",source_address="${source}",` +
                  `destination_address="${address}",destination_port="${port}"${more}}`);

  const destinations = await rows(page, 'destinations');
  assert.equal(destinations.length, 10);
  for (const [who, held, possible] of destinations) {
    const [, address, port, source] = who.match(/^(\S+):(\d+)\s+from (\S+)/);
    assert.equal(number(held.match(/^[\d,]+/)[0]), of('ports_used', source, address, port), who);
    const [least, most] = ['min', 'max'].map(
        (bound) => of('ports_headroom', source, address, port, `,bound="${bound}"`));
    assert.equal(possible, least === most ? `${most}` : `${least} – ${most}`, who);
  }
  assert.match(destinations[0][0], /no port left until a socket that holds one closes/);
  assert.match(destinations[1][0], /no port left; the next comes free in/);
  assert.match(await page.locator('.tiles li').first().innerText(), /100 %/);

  const findings = page.locator('#findings li');
  const raised = [...metrics].filter(
      ([name, value]) => name.includes('config_finding{') && value === 1);
  assert.equal(await findings.count(), raised.length);
  assert.match(await findings.first().innerText(),
               /^critical.*EADDRNOTAVAIL.*Reuse connections: a pool/s);
  assert.deepEqual(page.complaints, []);
});

test('the page needs no script', async (t) => {
  const exporter = await Exporter.start(t, EVERY_STATE);
  const browser = await Browser.start(t);
  const page = await browser.open(exporter.url, {javaScriptEnabled: false});
  for (const heading of ['Findings', 'Destinations', 'Ephemeral ports', 'TIME_WAIT', 'Sockets by state',
                         'Keepalive', 'Listeners', 'Settings', 'This scrape']) {
    assert.ok(await page.getByRole('region', {name: heading, exact: true}).isVisible(), heading);
  }
  assert.ok(await page.getByRole('link', {name: 'Metrics'}).isVisible());
});

test('a small phone does not scroll sideways', async (t) => {
  const browser = await Browser.start(t);
  for (const fixture of ['every_state', 'old_kernel', 'damaged', 'exhausted']) {
    const exporter = await Exporter.start(t, replayFlags(join(REPLAY, fixture)));
    for (const colorScheme of ['light', 'dark']) {
      const page = await browser.open(exporter.url,
                                      {viewport: {width: 360, height: 740}, colorScheme});
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.equal(width, 360, `${fixture}, ${colorScheme}`);
      assert.deepEqual(page.complaints, []);
    }
  }
});

test('tables have headers, bars have texts, the page has landmarks', async (t) => {
  const exporter = await Exporter.start(t, EVERY_STATE);
  const browser = await Browser.start(t);
  const page = await browser.open(exporter.url);
  assert.equal(await page.locator('main').count(), 1);
  assert.equal(await page.locator('h1').count(), 1);
  assert.ok(await page.getByRole('navigation', {name: 'Endpoints'}).isVisible());
  const bare = await page.evaluate(() => ({
    rows: [...document.querySelectorAll('tbody tr')].filter((row) => !row.querySelector('th')),
    tables: [...document.querySelectorAll('table')].filter((table) => !table.tHead),
    bars: [...document.querySelectorAll('svg.bar')].filter((bar) => !bar.ariaLabel),
  }));
  assert.deepEqual(bare, {rows: [], tables: [], bars: []});
});

test('what a source cannot know is shown as unknown', async (t) => {
  const exporter = await Exporter.start(t, replayFlags(join(REPLAY, 'old_kernel')));
  const browser = await Browser.start(t);
  const page = await browser.open(exporter.url);
  const row = page.locator('#states tr', {hasText: 'BOUND_INACTIVE'});
  assert.match(await row.innerText(), /not known by this source/);
});

test('a damaged recording costs what depends on it, and the page says why', async (t) => {
  const exporter = await Exporter.start(t, replayFlags(join(REPLAY, 'damaged')));
  const browser = await Browser.start(t);
  const page = await browser.open(exporter.url);
  assert.match(await page.locator('#health').innerText(), /✗ failed\s+\S+/);
  assert.notEqual(await page.locator('.problem').count(), 0);
  assert.deepEqual(page.complaints, []);
});

test('hostile text is text', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'tle-hostile-'));
  t.after(() => rm(directory, {recursive: true, force: true}));
  await cp(join(REPLAY, 'every_state'), directory, {recursive: true});
  const hostile = '<script>document.title = "taken"</script>';
  await writeFile(join(directory, 'proc/sys/net/ipv4/ip_local_port_range'), hostile + '\n');
  const exporter = await Exporter.start(t, replayFlags(directory));
  const browser = await Browser.start(t);
  const page = await browser.open(exporter.url);
  assert.match(await page.locator('#ports').innerText(), /<script>/);
  assert.notEqual(await page.title(), 'taken');
  assert.equal(await page.locator('script').count(), 1);
});

test('the open page is refreshed, and keeps the focus', async (t) => {
  const exporter = await Exporter.start(t, EVERY_STATE);
  const browser = await Browser.start(t);
  const page = await browser.open(exporter.url);
  await page.locator('.tiles a').nth(1).focus();
  const first = await page.locator('time').getAttribute('datetime');
  await until('the page is newer',
              async () => await page.locator('time').getAttribute('datetime') !== first);
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('href')),
               '#ports');
  assert.deepEqual(page.complaints, []);
});

test('a hidden page rests', async (t) => {
  const exporter = await Exporter.start(t, EVERY_STATE);
  const browser = await Browser.start(t);
  const page = await browser.open(exporter.url);
  let requests = 0;
  page.on('request', () => { ++requests; });
  const setHidden = (hidden) => page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', {value, configurable: true});
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  await setHidden(true);
  await page.waitForTimeout(REFRESH_MS + 1500);
  assert.equal(requests, 0);
  await setHidden(false);
  await until('it refreshes as soon as it is seen', () => requests > 0);
});

test('the page says when the exporter stops answering, and when it is back', async (t) => {
  const exporter = await Exporter.start(t, EVERY_STATE);
  const browser = await Browser.start(t);
  const page = await browser.open(exporter.url);
  const banner = page.getByRole('status');
  assert.ok(!await banner.isVisible());
  await exporter.stop();
  await banner.waitFor({state: 'visible'});
  assert.match(await banner.innerText(), /not answering.*seconds old/);
  assert.ok(await page.locator('#states').isVisible(), 'the last figures stay');
  await Exporter.start(t, EVERY_STATE, {port: exporter.port});
  await banner.waitFor({state: 'hidden'});
});
