// The series that there are: on the golden pages, in the list of metrics, by the recording rules, and Prometheus's own.
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {parse as parseYaml} from 'yaml';

import {parse} from './promql.js';

export const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const PAGES = join(REPOSITORY, 'tests/golden/pages');
const PROMETHEUS = join(REPOSITORY, 'deploy/prometheus');
const TARGET = ['cluster', 'job', 'instance'];
const OWN = ['up', 'scrape_duration_seconds', 'scrape_samples_scraped'];

interface Rule {
  record?: string;
  alert?: string;
  expr: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

const rules = (file: string): Rule[] =>
  (
    parseYaml(readFileSync(join(PROMETHEUS, file), 'utf8')) as {groups: {rules: Rule[]}[]}
  ).groups.flatMap((group) => group.rules);

export const ALERTS = rules('alerting_rules.yml');
export const RECORDING_RULES = rules('recording_rules.yml');

/** name -> labels */
export type Catalog = Map<string, Set<string>>;

function add(catalog: Catalog, name: string, labels: Iterable<string>) {
  catalog.set(name, new Set([...(catalog.get(name) ?? []), ...labels]));
}

function addPage(catalog: Catalog, page: string) {
  for (const [, name = '', , labels = ''] of page.matchAll(/^(\w+)(\{(.*)\})? \S+$/gm)) {
    add(catalog, name, [
      ...TARGET,
      ...Array.from(labels.matchAll(/(\w+)="/g), ([, label = '']) => label),
    ]);
  }
}

/** The pages leave out what only a running exporter has, and the labels of what varies. */
function addDocumented(catalog: Catalog, document: string) {
  for (const [, name = '', labels = ''] of document.matchAll(
    /^\| `(\w+)` \| \w+ \|([^|]*)\|/gm,
  )) {
    add(catalog, name, [...TARGET, ...labels.trim().split(', ').filter(Boolean)]);
  }
}

export function labelsOf(catalog: Catalog, expr: string): Set<string> {
  const {selectors, by} = parse(expr);
  if (by) return new Set(by);
  return new Set(
    selectors.flatMap(({name, matchers}) => [
      ...labelsOfSelector(catalog, name, matchers.find(({label}) => label === '__name__')?.value),
    ]),
  );
}

/** The labels of one metric, or of all whose name matches the pattern. */
export function labelsOfSelector(catalog: Catalog, name: string, pattern?: string): Set<string> {
  if (name) return catalog.get(name) ?? new Set();
  const matching = new RegExp(`^(${pattern})$`);
  return new Set([
    '__name__',
    ...[...catalog].filter(([known]) => matching.test(known)).flatMap(([, labels]) => [...labels]),
  ]);
}

export function readCatalog(): Catalog {
  const catalog: Catalog = new Map();
  for (const file of readdirSync(PAGES)) {
    if (!file.endsWith('.doctor.txt')) addPage(catalog, readFileSync(join(PAGES, file), 'utf8'));
  }
  addDocumented(catalog, readFileSync(join(REPOSITORY, 'collectors/METRICS.md'), 'utf8'));
  const measured = new Set([...catalog.values()].flatMap((labels) => [...labels]));
  for (const name of OWN) add(catalog, name, TARGET);
  add(catalog, 'ALERTS', [...measured, 'alertname', 'alertstate', 'severity', 'subject']);
  for (const {record = '', expr, labels = {}} of RECORDING_RULES) {
    add(catalog, record, [...labelsOf(catalog, expr), ...Object.keys(labels)]);
  }
  return catalog;
}
