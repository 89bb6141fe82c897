// Links lead somewhere, and carry the time range and the variables.
import assert from 'node:assert/strict';
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';

import {ALERT_THRESHOLDS, type AlertThresholds, type Severity} from '../src/lib/thresholds.js';
import {ALERTS, RECORDING_RULES, REPOSITORY} from './catalog.js';
import {committed, panels} from './generated.js';

const variables = new Map(
  committed.map((dashboard) => [
    dashboard.uid,
    new Set(dashboard.templating.list?.map(({name}) => name)),
  ]),
);

/** Every link of a panel: its own, those of its values, those of its columns. */
const links = panels.flatMap(({panel, at}) =>
  [
    ...(panel.links ?? []),
    ...(panel.fieldConfig?.defaults.links ?? []),
    ...(panel.fieldConfig?.overrides ?? []).flatMap(({properties}) =>
      properties.filter(({id}) => id === 'links').flatMap(({value}) => value as {url: string}[]),
    ),
  ].map(({url = ''}) => ({url, at})),
);

test('there are links of both kinds', () => {
  assert.ok(links.filter(({url}) => url.startsWith('/d/')).length > 20);
  assert.ok(links.filter(({url}) => url.startsWith('${runbooks:raw}/')).length > 50);
  assert.deepEqual(
    links.filter(({url}) => !/^(\/d\/|\$\{runbooks:raw\}\/)/.test(url)),
    [],
  );
});

test('a link to a dashboard keeps time range and variables, and sets those that are there', () => {
  for (const {url, at} of links.filter(({url}) => url.startsWith('/d/'))) {
    const [, uid = '', query = ''] = /^\/d\/([\w-]+)\?(.+)$/.exec(url) ?? [];
    assert.ok(variables.has(uid), `${at}: ${url}`);
    assert.ok(query.includes('${__url_time_range}'), at);
    const all = query.includes('${__all_variables}');
    const carried = ['datasource', 'job', 'instance'].every(
      (name) => query.includes(`\${${name}:queryparam}`) || query.includes(`var-${name}=`),
    );
    assert.ok(all || carried, `${at}: ${url}`);
    for (const [, name = ''] of query.matchAll(/var-(\w+)=/g))
      assert.ok(variables.get(uid)?.has(name), name);
  }
});

test('a runbook that is linked exists', () => {
  for (const {url, at} of links.filter(({url}) => url.startsWith('${runbooks:raw}/'))) {
    const file = url.replace('${runbooks:raw}/', '').replace(/#.*/, '');
    if (!file.startsWith('${')) {
      assert.ok(existsSync(join(REPOSITORY, 'deploy/runbooks', file)), `${at}: ${file}`);
    }
  }
});

test('each finding has the section that its link opens', () => {
  const page = readFileSync(join(REPOSITORY, 'tests/golden/pages/exhausted.txt'), 'utf8');
  const text = readFileSync(join(REPOSITORY, 'deploy/runbooks/findings.md'), 'utf8');
  const rules = Array.from(page.matchAll(/config_finding\{.*rule="(\w+)"/g), ([, rule]) => rule);
  assert.ok(rules.length > 10);
  for (const rule of rules) assert.ok(text.includes(`\n## ${rule}\n`), rule);
});

test('every alert leads to a dashboard of the set, and sets a variable that it has', () => {
  for (const {alert, annotations} of ALERTS) {
    const [, uid = '', , variable] =
      /^\/d\/([\w-]+)(\?var-(\w+)=.*)?$/.exec(annotations?.dashboard_url ?? '') ?? [];
    assert.ok(variables.has(uid), alert);
    if (variable) assert.ok(variables.get(uid)?.has(variable), alert);
  }
});

test('hosts are counted at each threshold of a full destination', () => {
  const recorded = RECORDING_RULES.filter(({record}) => record?.includes('at_threshold')).map(
    ({labels, expr}) => {
      assert.ok(expr.includes(`>= bool ${labels?.threshold}\n`), expr);
      return Number(labels?.threshold);
    },
  );
  const {info, warning, critical} = ALERT_THRESHOLDS.utilization;
  assert.deepEqual(recorded, [info, warning, critical]);
});

test('colours change where the alerts have their thresholds', () => {
  for (const thresholds of Object.values<AlertThresholds>(ALERT_THRESHOLDS)) {
    for (const severity of ['info', 'warning', 'critical'] satisfies Severity[]) {
      const value = thresholds[severity];
      if (value === undefined) continue;
      const rules = ALERTS.filter(
        ({alert, labels}) => alert === thresholds.alert && labels?.severity === severity,
      );
      const compares = new RegExp(
        `${thresholds.falling ? '<' : '>'}=?\\s+${value}(?![\\d.*]| \\*)`,
      );
      assert.ok(
        rules.some(({expr}) => compares.test(expr)),
        `${thresholds.alert} ${severity} ${value}`,
      );
    }
  }
});
