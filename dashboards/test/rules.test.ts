// The rules of the community's dashboard linter, and those of this set.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';

import {committed, panels, panelsOf, queries} from './generated.js';

const SCREEN_ROWS = 24;
const variablesOf = (dashboard: (typeof committed)[number]) =>
  new Map(dashboard.templating.list?.map((variable) => [variable.name, variable]));

for (const dashboard of committed) {
  describe(dashboard.uid ?? '', () => {
    const variables = variablesOf(dashboard);

    test('can be provisioned and imported as it is', () => {
      assert.equal(dashboard.id, null);
      assert.match(dashboard.uid ?? '', /^tcp-lifecycle-[a-z-]+$/);
      assert.equal(dashboard.editable, false);
      assert.equal(dashboard.schemaVersion, 42);
      assert.ok(!('__inputs' in dashboard) && !JSON.stringify(dashboard).includes('${DS_'));
      assert.ok(dashboard.title && dashboard.description);
    });

    test('has a data source to choose', () => {
      const source = variables.get('datasource');
      assert.deepEqual(
        [source?.type, source?.query, source?.label],
        ['datasource', 'prometheus', 'Data source'],
      );
    });

    test('chooses job and instance, several or all', () => {
      for (const [name, label] of [
        ['job', 'Job'],
        ['instance', 'Instance'],
      ] as const) {
        const variable = variables.get(name);
        assert.equal(variable?.label, label);
        assert.deepEqual(
          [variable.type, variable.multi, variable.includeAll, variable.allValue],
          ['query', true, true, '.+'],
        );
      }
    });

    test('looks up its variables again when the time changes', () => {
      for (const variable of variables.values()) {
        if (variable.type === 'query') assert.equal(variable.refresh, 2, variable.name);
      }
    });

    test('leads to the others and marks the alerts', () => {
      const [link] = dashboard.links ?? [];
      assert.deepEqual(
        [link?.type, link?.tags, link?.asDropdown, link?.includeVars, link?.keepTime],
        ['dashboards', ['tcp-lifecycle'], true, true, true],
      );
      assert.deepEqual(dashboard.tags, ['tcp-lifecycle']);
      assert.ok(dashboard.annotations.list?.every(({expr}) => expr?.includes('ALERTS{')));
      assert.equal(dashboard.annotations.list?.length, 2);
    });

    test('uses each variable that it has', () => {
      const asked = JSON.stringify([dashboard.panels, dashboard.annotations]);
      for (const name of variables.keys())
        assert.match(asked, new RegExp(`\\$\\{?${name}\\b`), name);
    });

    test('has panels that do not overlap, and rows that are full', () => {
      const taken = new Set<string>();
      for (const {gridPos, title} of dashboard.panels ?? []) {
        assert.ok(gridPos && gridPos.x + gridPos.w <= 24, title);
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; ++x) {
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; ++y) {
            assert.ok(!taken.has(`${x} ${y}`), title);
            taken.add(`${x} ${y}`);
          }
        }
      }
      const height = Math.max(
        ...(dashboard.panels ?? []).map(({gridPos}) => (gridPos?.y ?? 0) + (gridPos?.h ?? 0)),
      );
      assert.equal(taken.size, 24 * height);
    });

    test('answers its question on the first screen', () => {
      const firstRow = dashboard.panels?.find(({type}) => type === 'row');
      assert.ok(firstRow?.gridPos && firstRow.gridPos.y <= SCREEN_ROWS);
    });

    test('names its panels apart', () => {
      const titles = panelsOf(dashboard).map(({title}) => title);
      const ids = (dashboard.panels ?? []).map(({id}) => id);
      assert.deepEqual(titles, [...new Set(titles)]);
      assert.deepEqual(ids, [...new Set(ids)]);
    });
  });
}

test('there are eight', () => assert.equal(committed.length, 8));

for (const {panel, at} of panels) {
  test(`${at}: has title, description, unit, data source and queries`, () => {
    assert.ok(panel.title && panel.description && panel.fieldConfig?.defaults.unit);
    assert.match(panel.description, /[.:]/);
    assert.equal(panel.datasource?.uid, '${datasource}');
    assert.ok(panel.targets?.length);
  });
}

for (const {target, at} of queries) {
  test(`${at}: asks the data source that is chosen`, () =>
    assert.deepEqual(target.datasource, {type: 'prometheus', uid: '${datasource}'}));
}
