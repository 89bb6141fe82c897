import assert from 'node:assert/strict';
import {test} from 'node:test';

import {dashboards, text} from '../src/dashboards.js';
import {files} from './generated.js';

test('the committed files are what the source generates: else run npm run generate', () => {
  const made = new Map(dashboards().map((dashboard) => [`${dashboard.uid}.json`, text(dashboard)]));
  assert.deepEqual([...files().keys()], [...made.keys()].sort());
  for (const [file, committed] of files()) assert.equal(committed, made.get(file), file);
});
