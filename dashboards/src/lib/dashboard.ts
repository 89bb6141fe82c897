// The frame of every dashboard: variables, links, annotations, and panels in rows.
import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import {
  AnnotationQueryBuilder,
  ConstantVariableBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  type VariableModel,
  VariableRefresh,
  VariableHide,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';

import {dropdown, type Name, TAG, UID} from './links.js';
import {SOURCE} from './panel.js';

/** Where the runbooks are read; README.md says how to put another address here. */
const RUNBOOKS = 'https://git.example.org/tcp_lifecycle_exporter/deploy/runbooks';
const HOST = 'job=~"$job", instance=~"$instance"';

const QUERIES = {
  job: ['Job', 'tcp_lifecycle_exporter_build_info', 'job'],
  instance: ['Instance', 'tcp_lifecycle_exporter_build_info{job=~"$job"}', 'instance'],
  netns: ['Namespace', `tcp_lifecycle_scrape_namespace_success{${HOST}}`, 'netns'],
  destination: [
    'Destination',
    `tcp_lifecycle_destination_utilization_ratio{${HOST}, netns=~"$netns"}`,
    'destination_address',
  ],
} as const;
type Variable = keyof typeof QUERIES;

const ALL = {selected: true, text: 'All', value: '$__all'};

function variable(name: Variable): cog.Builder<VariableModel> {
  const [title, series, label] = QUERIES[name];
  const query = `label_values(${series}, ${label})`;
  return new QueryVariableBuilder(name)
    .label(title)
    .datasource(SOURCE)
    .query({query, refId: name})
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current(ALL);
}

const datasource = () =>
  new DatasourceVariableBuilder('datasource')
    .label('Data source')
    .type('prometheus')
    .current({selected: false, text: 'default', value: 'default'});

function runbooks(): cog.Builder<VariableModel> {
  const model = new ConstantVariableBuilder('runbooks').label('Runbooks').value(RUNBOOKS).build();
  return {build: () => ({...model, hide: VariableHide.HideVariable})};
}

/** When alerts fired, one mark for all hosts that shared it. */
function alertAnnotation(name: string, matchers: string, color: string) {
  const expr =
    'max by (alertname, severity) (ALERTS{alertname=~"Tcp.+", alertstate="firing", ' +
    `${HOST}${matchers}})`;
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(SOURCE)
    .enable(true)
    .iconColor(color)
    .expr(expr)
    .step('15s')
    .titleFormat('{{alertname}}')
    .textFormat('{{severity}}')
    .tagKeys('severity');
}

export type Row = {title: string; panels: cog.Builder<Panel>[]};

export interface Frame {
  name: Name;
  title: string;
  description: string;
  variables: Variable[];
  /** `subject` of the alerts that are marked; all where there is none. */
  subject?: string;
  /** The first screen. */
  first: cog.Builder<Panel>[];
  rows: Row[];
}

export function dashboard(frame: Frame): Dashboard {
  const matchers = frame.subject ? `, subject=~"${frame.subject}"` : '';
  const builder = new DashboardBuilder(`TCP lifecycle / ${frame.title}`)
    .id(null)
    .uid(UID[frame.name])
    .description(frame.description)
    .tags([TAG])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({from: 'now-1h', to: 'now'})
    .refresh('30s')
    .withVariable(datasource());
  for (const name of frame.variables) builder.withVariable(variable(name));
  builder
    .withVariable(runbooks())
    .annotation(alertAnnotation('Critical alerts', `, severity="critical"${matchers}`, 'red'))
    .annotation(alertAnnotation('Warnings', `, severity="warning"${matchers}`, 'orange'))
    .link(dropdown());
  for (const panel of frame.first) builder.withPanel(panel);
  for (const row of frame.rows) {
    builder.withRow(new RowBuilder(row.title));
    for (const panel of row.panels) builder.withPanel(panel);
  }
  const built = builder.build();
  // In sight, where the SDK would put them into a menu.
  for (const annotation of built.annotations.list ?? []) delete annotation.placement;
  built.panels?.forEach((panel, i) => {
    panel.id = i + 1;
  });
  return built;
}
