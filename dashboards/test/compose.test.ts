// deploy/compose names files that exist, and settings that agree with each other. No container
// engine is asked.
import assert from 'node:assert/strict';
import {existsSync, readFileSync} from 'node:fs';
import {dirname, join, posix, resolve} from 'node:path';
import {test} from 'node:test';

import {parse} from 'yaml';

import {REPOSITORY} from './catalog.js';
import {files} from './generated.js';

const COMPOSE = join(REPOSITORY, 'deploy/compose/compose.yml');
const PROVISIONING = join(REPOSITORY, 'deploy/compose/grafana/provisioning');

interface Service {
  image?: string;
  build?: {context: string; dockerfile: string};
  command?: string[];
  environment?: Record<string, string>;
  network_mode: string;
  volumes?: string[];
}
interface Compose {
  services: Record<'exporter' | 'prometheus' | 'alertmanager' | 'grafana', Service>;
  volumes: Record<string, null>;
}

const yaml = <T>(...path: string[]) => parse(readFileSync(join(...path), 'utf8')) as T;
const {services, volumes} = yaml<Compose>(COMPOSE);
const mounts = Object.values(services).flatMap(({volumes = []}) =>
  volumes.map((volume) => volume.split(':') as [string, string, string?]),
);

/** The path in the repository of a path in the container. */
function outside({volumes = []}: Service, inside: string): string {
  const [source, target] = volumes
    .map((volume) => volume.split(':') as [string, string])
    .filter(([, target]) => inside === target || inside.startsWith(`${target}/`))
    .sort(([, a], [, b]) => b.length - a.length)[0] ?? ['', ''];
  return resolve(dirname(COMPOSE), source, posix.relative(target, inside));
}

test('what is mounted exists, or is a volume', () => {
  assert.ok(mounts.length > 4);
  for (const [source, , mode] of mounts) {
    if (!source.startsWith('.')) assert.ok(source in volumes, source);
    else assert.ok(existsSync(resolve(dirname(COMPOSE), source)) && mode === 'ro', source);
  }
});

test('the exporter is built from this tree, and every service is in the network of the host', () => {
  const {context = '', dockerfile = ''} = services.exporter.build ?? {};
  assert.equal(resolve(dirname(COMPOSE), context), resolve(REPOSITORY));
  assert.ok(existsSync(join(REPOSITORY, dockerfile)));
  for (const {network_mode, image} of Object.values(services)) {
    assert.equal(network_mode, 'host');
    assert.ok(!image || /:v?\d+\.\d+\.\d+$/.test(image), image);
  }
});

test('Prometheus and Alertmanager read the files that are shipped', () => {
  for (const service of [services.prometheus, services.alertmanager]) {
    const [, file = ''] = /--config.file=(\S+)/.exec(service.command?.join(' ') ?? '') ?? [];
    assert.ok(existsSync(outside(service, file)), file);
  }
});

test('they reach each other', () => {
  const prometheus = readFileSync(join(REPOSITORY, 'deploy/prometheus/prometheus.yml'), 'utf8');
  const port = (service: Service) =>
    /listen-address=127.0.0.1:(\d+)/.exec(service.command?.join(' ') ?? '')?.[1];
  assert.ok(prometheus.includes(`localhost:${port(services.exporter)}`));
  assert.ok(prometheus.includes(`localhost:${port(services.alertmanager)}`));
  const {
    datasources: [source],
  } = yaml<{
    datasources: [
      {url: string; isDefault: boolean; type: string; jsonData: {timeInterval: string}},
    ];
  }>(PROVISIONING, 'datasources/prometheus.yml');
  assert.equal(source.url, `http://127.0.0.1:${port(services.prometheus)}`);
  assert.deepEqual([source.type, source.isDefault], ['prometheus', true]);
  assert.ok(
    prometheus.includes(`scrape_interval: ${source.jsonData.timeInterval}\n    scrape_timeout`),
  );
});

test('Grafana finds the dashboards', () => {
  const {
    providers: [provider],
  } = yaml<{providers: [{options: {path: string}}]}>(PROVISIONING, 'dashboards/tcp_lifecycle.yml');
  const directory = outside(services.grafana, provider.options.path);
  assert.equal(directory, resolve(REPOSITORY, 'dashboards/generated'));
  const home = services.grafana.environment?.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH ?? '';
  assert.equal(outside(services.grafana, posix.dirname(home)), directory);
  assert.ok(files().has(posix.basename(home)));
});
