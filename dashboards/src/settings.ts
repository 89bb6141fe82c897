import {dashboard} from './lib/dashboard.js';
import {mapped} from './lib/panel.js';
import {graph, stat, timeline} from './lib/panels.js';
import {tcp} from './lib/select.js';
import {alerts, findings, findingsByHost, settingsTable} from './lib/shared.js';
import {anyIs, type Severity} from './lib/thresholds.js';

const raised = (severity: Severity, meaning: string) =>
  stat({
    title: `${severity[0]?.toUpperCase()}${severity.slice(1)}`,
    description:
      `Findings of severity ${severity} that are raised, over the namespaces selected: ` +
      `${meaning}.`,
    unit: 'short',
    size: [6, 4],
    ...(severity === 'critical' ? {runbook: 'TcpConfigFindingCritical'} : {}),
    expr: `sum(${tcp('config_finding', `severity="${severity}"`)})`,
    thresholds: anyIs(severity),
  });

const first = [
  raised('critical', 'connections fail now'),
  raised('warning', 'connections will fail, or a setting harms'),
  raised('info', 'worth knowing'),
  stat({
    title: 'Rules checked',
    description:
      'Rules that can be checked on the selected hosts; what a kernel does not tell is not ' +
      'checked.',
    unit: 'short',
    size: [6, 4],
    expr: `count(count by (rule) (${tcp('config_finding')}))`,
  }),
  findings([10, 11]),
  findingsByHost([14, 11]),
  timeline({
    title: 'When findings were raised',
    description:
      'Each rule that was broken, and when. One that begins with a deployment is about it.',
    unit: 'short',
    size: [24, 9],
    expr: `max by (rule) (${tcp('config_finding')}) > 0`,
    legend: '{{rule}}',
    mappings: [mapped({1: {text: 'raised', color: 'orange'}})],
  }),
];

export const settings = () =>
  dashboard({
    name: 'settings',
    title: 'Settings and findings',
    description: 'Which setting or use is wrong, where, since when, and what helps.',
    variables: ['job', 'instance', 'netns'],
    subject: 'settings',
    first,
    rows: [
      {
        title: 'Settings',
        panels: [
          settingsTable(
            'Settings',
            'Every setting that decides on the life of connections.',
            [14, 14],
            'sysctl_.+|ephemeral_port_range_m..|ephemeral_ports_reserved|time_wait_buckets_limit',
          ),
          alerts([10, 14], 'settings'),
          graph({
            title: 'Findings raised over time',
            description: 'How many findings are raised, by severity, over the namespaces selected.',
            unit: 'short',
            decimals: 0,
            size: [24, 7],
            stacked: true,
            series: [
              {expr: `sum by (severity) (${tcp('config_finding')})`, legend: '{{severity}}'},
            ],
            colors: {critical: 'red', warning: 'orange', info: 'blue'},
          }),
        ],
      },
    ],
  });
