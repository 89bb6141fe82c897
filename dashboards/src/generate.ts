// Writes the JSON of every dashboard into the directory that is given.
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {dashboards, text} from './dashboards.js';

const [directory] = process.argv.slice(2);
if (!directory) throw new Error('usage: generate DIRECTORY');
mkdirSync(directory, {recursive: true});
for (const dashboard of dashboards()) {
  writeFileSync(join(directory, `${dashboard.uid}.json`), text(dashboard));
}
