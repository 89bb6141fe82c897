// Every query is PromQL about series that there are.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {type Catalog, labelsOf, labelsOfSelector, readCatalog} from './catalog.js';
import {committed, panels, queries, targetsOf} from './generated.js';
import {parse, type Selector} from './promql.js';

const catalog: Catalog = readCatalog();
const RATES = ['rate', 'irate', 'increase'];
// Few, and counted before the first page, where no increase shows them.
const TOTALS = ['tcp_lifecycle_scrape_source_disagreements_total'];

const known = ({name, matchers}: Selector) =>
  labelsOfSelector(catalog, name, matchers.find(({label}) => label === '__name__')?.value);

const matches = ({matchers}: Selector, label: string) =>
  matchers.some((m) => m.label === label && m.operator === '=~' && m.value === `$${label}`);

function check(expr: string, variables: Set<string>) {
  const {selectors, grouping} = parse(expr);
  assert.ok(selectors.length);
  const all = new Set(selectors.flatMap((selector) => [...known(selector)]));
  for (const selector of selectors) {
    const {name, matchers, rangeFunction} = selector;
    const labels = known(selector);
    assert.ok(labels.size, `there is no ${name}`);
    for (const {label} of matchers) assert.ok(labels.has(label), `${name} has no label ${label}`);
    // A recording rule of a level above the instance has only the labels that its name says.
    for (const variable of ['job', 'instance', 'netns']) {
      if (variables.has(variable) && labels.has(variable) && name !== 'ALERTS') {
        assert.ok(matches(selector, variable), `${name} is not narrowed by $${variable}`);
      }
    }
    assert.ok(matches(selector, 'job'), `${name} has no matcher of job`);
    if (!name.includes(':'))
      assert.ok(matches(selector, 'instance'), `${name} has no matcher of instance`);
    if (/_total$/.test(name) && !TOTALS.includes(name))
      assert.ok(RATES.includes(rangeFunction ?? ''), `${name} is a counter`);
    else assert.ok(!rangeFunction || !RATES.includes(rangeFunction), `${name} is no counter`);
  }
  for (const label of grouping) assert.ok(all.has(label), `nothing has a label ${label}`);
  for (const [, interval] of expr.matchAll(/\[([^\]]*)\]/g))
    assert.equal(interval, '$__rate_interval');
}

for (const {dashboard, target, at} of queries) {
  test(`${at}: asks for what there is`, () => {
    const variables = new Set(dashboard.templating.list?.map(({name}) => name));
    check(target.expr, variables);
  });
  test(`${at}: names its series by labels that they have`, () => {
    const labels = labelsOf(catalog, target.expr);
    for (const [, label = ''] of (target.legendFormat ?? '').matchAll(/\{\{(\w+)\}\}/g)) {
      assert.ok(labels.has(label), label);
    }
  });
}

for (const dashboard of committed) {
  for (const {name, expr = ''} of dashboard.annotations.list ?? []) {
    test(`${dashboard.uid}: annotation ${name}: asks for what there is`, () =>
      check(expr, new Set()));
  }
  for (const {name, type, definition = ''} of dashboard.templating.list ?? []) {
    if (type !== 'query') continue;
    test(`${dashboard.uid}: variable ${name}: is a label that there is`, () => {
      const [, series = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(definition) ?? [];
      const [selector] = parse(series).selectors;
      assert.ok(selector && known(selector).has(label));
      for (const matcher of selector.matchers) assert.ok(known(selector).has(matcher.label));
    });
  }
}

for (const {panel, at} of panels.filter(({panel}) => panel.type === 'table')) {
  test(`${at}: has columns that its queries fill`, () => {
    const targets = targetsOf(panel);
    const fields = new Set(
      targets.flatMap(({expr, refId}) => [
        ...labelsOf(catalog, expr),
        targets.length > 1 ? `Value #${refId}` : 'Value',
      ]),
    );
    const shown: string[] = panel.transformations?.[1]?.options.include.names;
    assert.ok(shown.length > 1);
    for (const field of shown) assert.ok(fields.has(field), field);
  });
}

test('what is not there is found out', () => {
  const variables = new Set(['job', 'instance']);
  const host = 'job=~"$job", instance=~"$instance"';
  const bad = [
    `tcp_lifecycle_nothing{${host}}`,
    `tcp_lifecycle_sockets{${host}, colour="red"}`,
    `sum by (colour) (tcp_lifecycle_sockets{${host}})`,
    `tcp_lifecycle_sockets{job=~"$job"}`,
    `tcp_lifecycle_sockets{instance=~"$instance"}`,
    `tcp_lifecycle_active_opens_total{${host}}`,
    `rate(tcp_lifecycle_active_opens_total{${host}}[5m])`,
    `rate(tcp_lifecycle_sockets{${host}}[$__rate_interval])`,
    `sum(tcp_lifecycle_sockets{${host}}`,
  ];
  for (const expr of bad) assert.throws(() => check(expr, variables), expr);
  check(`sum by (state) (tcp_lifecycle_sockets{${host}})`, variables);
});

test('no graph or bar shows a series for each host unless it is of the few at the top', () => {
  for (const {panel, target, at} of queries) {
    if (panel.type === 'table') continue;
    const labels = labelsOf(catalog, target.expr);
    if (labels.has('instance'))
      assert.match(target.expr, /(^|and on \([^)]*\) )(topk|bottomk)\(/, at);
  }
});

test('no table has a row for each host without a limit', () => {
  for (const {panel, at} of panels.filter(({panel}) => panel.type === 'table')) {
    for (const {expr} of targetsOf(panel)) {
      if (labelsOf(catalog, expr).has('instance')) assert.match(expr, /topk\(/, at);
    }
  }
});
