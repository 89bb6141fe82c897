// The committed dashboards, as Grafana reads them.
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

import type {Dashboard, Panel, RowPanel} from '@grafana/grafana-foundation-sdk/dashboard';
import type {Dataquery} from '@grafana/grafana-foundation-sdk/prometheus';

import {REPOSITORY} from './catalog.js';

const DIRECTORY = join(REPOSITORY, 'dashboards/generated');

/** file -> its text */
export const files = (): Map<string, string> =>
  new Map(
    readdirSync(DIRECTORY)
      .sort()
      .map((file) => [file, readFileSync(join(DIRECTORY, file), 'utf8')]),
  );

export const committed: Dashboard[] = [...files().values()].map(
  (text) => JSON.parse(text) as Dashboard,
);

const isPanel = (panel: Panel | RowPanel): panel is Panel => panel.type !== 'row';
export const panelsOf = (dashboard: Dashboard): Panel[] => (dashboard.panels ?? []).filter(isPanel);
export const targetsOf = (panel: Panel) => (panel.targets ?? []) as Dataquery[];

/** Every panel, with a name to find it by. */
export const panels = committed.flatMap((dashboard) =>
  panelsOf(dashboard).map((panel) => ({dashboard, panel, at: `${dashboard.uid}: ${panel.title}`})),
);
export const queries = panels.flatMap(({dashboard, panel, at}) =>
  targetsOf(panel).map((target) => ({dashboard, panel, target, at: `${at} ${target.refId}`})),
);
