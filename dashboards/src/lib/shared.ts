// Panels and columns that more than one dashboard has.
import {alertRunbook, drill, findingRunbook, row} from './links.js';
import {mapped, type Size} from './panel.js';
import {named, self, tcp} from './select.js';
import {type Column, type Look, rewritten, table} from './table.js';
import {ALERT_THRESHOLDS, COLOR, PLAIN, steps} from './thresholds.js';

const RANKS = [
  ['critical', 3],
  ['warning', 2],
  ['info', 1],
] as const;

/** A number that orders by severity and is shown as its name. */
const SEVERITY = mapped(
  Object.fromEntries(
    RANKS.map(([severity, rank]) => [rank, {text: severity, color: COLOR[severity]}]),
  ),
);

const byRank = (series: (severity: string) => string) =>
  RANKS.map(([severity, rank]) => `${rank} * ${series(severity)}`).join('\nor ');

const severityColumn: Look = {
  name: 'Severity',
  width: 90,
  mappings: [SEVERITY],
  thresholds: PLAIN,
};

export const hostColumn: Column = {
  label: 'instance',
  name: 'Host',
  width: 160,
  links: [drill('Host ${__value.text}', 'host', {instance: row('instance')})],
};
export const namespaceColumn: Column = {label: 'netns', name: 'Namespace', width: 105};

/** Alerts that fire now, gravest first; a click opens the runbook. `subject`: of these alone. */
export function alerts(size: Size, subject = '') {
  const matchers = `alertname=~"Tcp.+", alertstate="firing"${subject && `, subject=~"${subject}"`}`;
  const labels = 'alertname, instance, netns, destination_address, destination_port';
  // Each alert once, by its gravest severity that fires.
  const ranked = byRank(
    (severity) => `max by (${labels}) (${self('ALERTS', `${matchers}, severity="${severity}"`)})`,
  );
  return table({
    title: 'Alerts firing',
    description:
      'What fires now, gravest first; at most 50. Open an alert for its runbook: what it ' +
      'means, how to diagnose it, what helps and what does not.',
    unit: 'none',
    size,
    noValue: 'No alert fires',
    columns: [
      {...severityColumn, query: `topk(50,\n${ranked}\n)`},
      {label: 'alertname', name: 'Alert', width: 290, links: [alertRunbook]},
      {...hostColumn, width: 120},
      {label: 'destination_address', name: 'Destination'},
      {label: 'destination_port', name: 'Port', width: 70},
    ],
    sortBy: 'Severity',
  });
}

/** Rules that are broken now, gravest first. */
export function findings(size: Size) {
  const ranked = byRank(
    (severity) => `max by (rule) (${tcp('config_finding', `severity="${severity}"`)} == 1)`,
  );
  return table({
    title: 'Findings raised',
    description:
      'Settings and uses that are wrong now, and in how many namespaces. Open a finding for ' +
      'what it means and what helps; tcp_lifecycle_exporter doctor on the host gives the numbers.',
    unit: 'none',
    size,
    noValue: 'No finding is raised',
    columns: [
      {...severityColumn, query: ranked},
      {label: 'rule', name: 'Finding', links: [findingRunbook]},
      {query: `count by (rule) (${tcp('config_finding')} == 1)`, name: 'Namespaces', width: 110},
    ],
    sortBy: 'Severity',
  });
}

/** The same by host and namespace. */
export function findingsByHost(size: Size) {
  const labels = 'instance, netns, rule';
  const ranked = byRank(
    (severity) => `max by (${labels}) (${tcp('config_finding', `severity="${severity}"`)} == 1)`,
  );
  return table({
    title: 'Where findings are raised',
    description:
      'The gravest 100 findings by host and namespace. On the host, tcp_lifecycle_exporter doctor ' +
      'tells the numbers, the programs and the remedies in order of merit.',
    unit: 'locale',
    size,
    noValue: 'No finding is raised',
    columns: [
      {...severityColumn, query: `topk(100,\n${ranked}\n)`},
      {label: 'rule', name: 'Finding', links: [findingRunbook]},
      hostColumn,
      namespaceColumn,
    ],
    sortBy: 'Severity',
  });
}

/** The values of settings, and how many namespaces have each; `names` is a pattern. */
export const settingsTable = (title: string, about: string, size: Size, names: string) =>
  table({
    title,
    description:
      `${about} Each value, and how many namespaces have it. Two values of one setting: hosts that ` +
      'drifted apart.',
    unit: 'locale',
    size,
    columns: [
      {
        label: '__name__',
        name: 'Setting',
        mappings: [rewritten('^tcp_lifecycle_(?:sysctl_)?(.+)$', '$1')],
      },
      {label: 'value', name: 'Is', width: 110},
      {
        query: `count_values by (__name__) ("value", ${named(`tcp_lifecycle_(${names})`)})`,
        name: 'Namespaces',
        width: 115,
      },
    ],
    sortBy: 'Setting',
    ascending: true,
  });

/** What a graph of the sockets by state shows, and how. */
export const socketsByState = {
  stacked: true,
  legendRight: true,
  series: [{expr: `sum by (state) (${tcp('sockets')})`, legend: '{{state}}'}],
  colors: {
    established: 'green',
    time_wait: 'orange',
    close_wait: 'red',
    syn_sent: 'purple',
    listen: 'blue',
    fin_wait2: 'yellow',
    syn_recv: 'dark-purple',
    bound_inactive: 'text',
  },
};

export const fullest = {
  name: 'Fullest destination',
  unit: 'percentunit',
  decimals: 0,
  gauge: 1,
  thresholds: steps(ALERT_THRESHOLDS.utilization),
};
export const runsOutIn = {
  name: 'Runs out in',
  unit: 's',
  decimals: 0,
  width: 110,
  thresholds: steps(ALERT_THRESHOLDS.secondsToExhaustion),
};
