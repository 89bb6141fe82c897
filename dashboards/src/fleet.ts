import {dashboard} from './lib/dashboard.js';
import {drill, findingRunbook, onward, row} from './lib/links.js';
import {mapped} from './lib/panel.js';
import {graph, stat} from './lib/panels.js';
import {recorded, self} from './lib/select.js';
import {alerts, fullest, hostColumn, runsOutIn} from './lib/shared.js';
import {table} from './lib/table.js';
import {ALERT_THRESHOLDS, anyIs, COLOR, type Severity, steps} from './lib/thresholds.js';

const HOST_UTILIZATION = recorded('instance', 'destination_utilization_max_ratio:max');
const TOP_HOSTS = `topk(20, ${HOST_UTILIZATION})`;
const ofTopHosts = (expr: string) => `${expr}\nand on (cluster, job, instance) ${TOP_HOSTS}`;

const quantile = (q: string) =>
  'max by (quantile) (' +
  `${recorded('cluster_job', 'destination_utilization_max_ratio:quantile', `quantile="${q}"`)})`;

const atThreshold = (threshold: number) =>
  `sum(${recorded('cluster_job', 'instances_at_threshold:count', `threshold="${threshold}"`)})`;

const firing = (severity: Severity) =>
  `count(${self(
    'ALERTS',
    `alertname=~"Tcp.+", alertstate="firing", severity="${severity}"`,
  )}) or vector(0)`;

const {utilization} = ALERT_THRESHOLDS;

const hostsAt = (severity: Severity) =>
  stat({
    title: `Hosts at ${Math.round(100 * utilization[severity])} % or more`,
    description:
      `Hosts on which a destination holds at least this share of the open ports: ${severity} by ` +
      'TcpDestinationNearExhaustion. The table below names them.',
    unit: 'short',
    size: [3, 4],
    runbook: 'TcpDestinationNearExhaustion',
    expr: atThreshold(utilization[severity]),
    thresholds: anyIs(severity),
  });

const first = [
  stat({
    title: 'Hosts watched',
    description:
      'Hosts that tell how full their destinations are. Fewer than you run: see Hosts not ' +
      'scraped.',
    unit: 'short',
    size: [3, 4],
    expr: `sum(${recorded('cluster_job', 'instances:count')})`,
  }),
  stat({
    title: 'Hosts not scraped',
    description:
      'Exporters that Prometheus cannot reach: about these hosts nothing is known, and no other ' +
      'alert can fire. Exporter health names them.',
    unit: 'short',
    size: [3, 4],
    runbook: 'TcpLifecycleExporterDown',
    expr: `sum(${recorded('cluster_job', 'instances_down:count')})`,
    thresholds: anyIs('critical'),
    links: [onward('Exporter health', 'exporter')],
  }),
  hostsAt('info'),
  hostsAt('warning'),
  hostsAt('critical'),
  stat({
    title: 'First exhaustion in',
    description:
      'The nearest exhaustion that an exporter forecasts, within 60 seconds. The table below ' +
      'says which host; there, Port exhaustion says towards whom.',
    unit: 's',
    decimals: 0,
    size: [3, 4],
    runbook: ALERT_THRESHOLDS.secondsToExhaustion.alert,
    expr: `min(${self('tcp_lifecycle_destination_seconds_to_exhaustion')})`,
    thresholds: steps(ALERT_THRESHOLDS.secondsToExhaustion),
    none: 'none',
  }),
  stat({
    title: 'Critical alerts',
    description: 'Critical alerts that fire: connections fail, or will within half a minute.',
    unit: 'short',
    size: [3, 4],
    expr: firing('critical'),
    thresholds: anyIs('critical'),
  }),
  stat({
    title: 'Warnings',
    description:
      'Warnings that fire: connections will fail, or some do. An alert that is critical is a ' +
      'warning as well.',
    unit: 'short',
    size: [3, 4],
    expr: firing('warning'),
    thresholds: anyIs('warning'),
  }),
  table({
    title: 'Fullest hosts',
    description:
      'The 20 hosts with the fullest destination: the share of the ports that are open to ' +
      'connect() which that destination holds at least. At 100 % connect() to it fails. Beside ' +
      'it how full the fullest accept queue and the TIME_WAIT buckets are. Open a host.',
    unit: 'percentunit',
    size: [13, 10],
    runbook: 'TcpDestinationNearExhaustion',
    columns: [
      hostColumn,
      {
        ...fullest,
        query: `max by (instance) (${TOP_HOSTS})`,
        links: [
          drill('Port exhaustion of ${__data.fields.instance}', 'ports', {
            instance: row('instance'),
          }),
        ],
      },
      {
        ...runsOutIn,
        query: `min by (instance) (${ofTopHosts(self('tcp_lifecycle_destination_seconds_to_exhaustion'))})`,
      },
      {
        query: `max by (instance) (${ofTopHosts(recorded('instance', 'listen_queue_max_ratio:max'))})`,
        name: 'Accept queue',
        unit: 'percentunit',
        decimals: 0,
        gauge: 1,
        thresholds: steps(ALERT_THRESHOLDS.acceptQueue),
        links: [
          drill('Listen queues of ${__data.fields.instance}', 'listen', {
            instance: row('instance'),
          }),
        ],
      },
      {
        query: `max by (instance) (${ofTopHosts(recorded('instance', 'time_wait_buckets_ratio:max'))})`,
        name: 'TIME_WAIT buckets',
        unit: 'percentunit',
        decimals: 0,
        gauge: 1,
        thresholds: steps(ALERT_THRESHOLDS.timeWaitBuckets),
        links: [
          drill('TIME_WAIT of ${__data.fields.instance}', 'timeWait', {instance: row('instance')}),
        ],
      },
    ],
    sortBy: fullest.name,
  }),
  alerts([11, 10]),
  graph({
    title: 'How full the hosts are',
    description:
      'The fullest destination of each host, over all hosts: the median, the fullest tenth and ' +
      'hundredth, and the fullest of all. One line up: one host. All up: something that all of ' +
      'them use.',
    unit: 'percentunit',
    size: [12, 8],
    max: 1,
    lines: true,
    runbook: 'TcpDestinationNearExhaustion',
    thresholds: steps(utilization),
    series: [
      {expr: quantile('1'), legend: 'fullest host', color: 'red'},
      {expr: quantile('0.99'), legend: '99th percentile', color: 'orange'},
      {expr: quantile('0.9'), legend: '90th percentile', color: 'yellow'},
      {expr: quantile('0.5'), legend: 'median', color: 'green'},
    ],
  }),
  graph({
    title: 'Hosts at or above each threshold',
    description:
      'Hosts with a destination that holds at least this share of its ports, beside all hosts ' +
      'watched. The shares are those of TcpDestinationNearExhaustion.',
    unit: 'short',
    decimals: 0,
    size: [12, 8],
    runbook: 'TcpDestinationNearExhaustion',
    series: [
      ...(['info', 'warning', 'critical'] as const).map((severity) => ({
        expr: atThreshold(utilization[severity]),
        legend: `at ${Math.round(100 * utilization[severity])} %`,
        color: COLOR[severity],
      })),
      {
        expr: `sum(${recorded('cluster_job', 'instances:count')})`,
        legend: 'hosts watched',
        limit: 'told',
        color: 'text',
      },
    ],
  }),
];

const destination = 'destination_address, destination_port';
const SEVERITIES = mapped(
  Object.fromEntries(
    (['critical', 'warning', 'info'] as const).map((s) => [s, {text: s, color: COLOR[s]}]),
  ),
);

export const fleet = () =>
  dashboard({
    name: 'fleet',
    title: 'Fleet overview',
    description:
      'Which host runs out of ports, towards which destination, how soon, and what to do.',
    variables: ['job', 'instance'],
    first,
    rows: [
      {
        title: 'What the hosts share',
        panels: [
          table({
            title: 'Fullest destinations of all hosts',
            description:
              'The destinations that fill the ports of some host most, and the ports that all ' +
              'hosts together hold towards them. One destination on many hosts: look at that ' +
              'service and its clients.',
            unit: 'percentunit',
            size: [12, 9],
            runbook: 'TcpDestinationNearExhaustion',
            columns: [
              {
                label: 'destination_address',
                name: 'Destination',
                width: 170,
                links: [
                  drill('Port exhaustion towards ${__value.text}', 'ports', {
                    destination: row('destination_address'),
                  }),
                ],
              },
              {label: 'destination_port', name: 'Port', width: 80},
              {
                ...fullest,
                query: `max by (${destination}) (${recorded('cluster_job_destination', 'destination_utilization_ratio:topk20_max')})`,
                name: 'On its fullest host',
              },
              {
                query: `sum by (${destination}) (${recorded('cluster_job_destination', 'destination_ports_used:topk20_sum')})`,
                name: 'Ports held by all hosts',
                gauge: 'own',
              },
            ],
            sortBy: 'On its fullest host',
          }),
          table({
            title: 'Findings raised, by number of namespaces',
            description:
              'Settings and uses that are wrong, and in how many namespaces of the fleet. One ' +
              'that is everywhere comes from your base image or your configuration management. ' +
              'Open a finding for what helps.',
            unit: 'short',
            size: [12, 9],
            noValue: 'No finding is raised',
            links: [onward('Settings and findings', 'settings')],
            columns: [
              {label: 'rule', name: 'Finding', links: [findingRunbook]},
              {label: 'severity', name: 'Severity', width: 100, mappings: [SEVERITIES]},
              {
                query: `topk(50, sum by (rule, severity) (${recorded('cluster_job_rule_severity', 'config_finding:sum')}) > 0)`,
                name: 'Namespaces',
                gauge: 'own',
              },
            ],
            sortBy: 'Namespaces',
          }),
        ],
      },
      {
        title: 'The life of connections',
        panels: [
          graph({
            title: 'TIME_WAIT sockets by role',
            description:
              'Sockets in TIME_WAIT on all hosts. Outbound ones hold a port towards their ' +
              'destination for a minute: pool those connections. Inbound ones cost memory alone.',
            unit: 'short',
            size: [12, 8],
            stacked: true,
            runbook: 'TcpTimeWaitNearLimit',
            dataLinks: [onward('TIME_WAIT and lifecycle', 'timeWait')],
            series: [
              {
                expr: `sum by (role) (${recorded('cluster_job_role', 'time_wait_sockets:sum')})`,
                legend: '{{role}}',
              },
            ],
            colors: {outbound: 'orange', inbound: 'blue', unknown: 'text'},
          }),
          graph({
            title: 'Handshakes lost',
            description:
              'Over all hosts: segments of handshakes that a full accept queue dropped here, and ' +
              'SYN segments sent again because nobody answered. The first is a slow program of ' +
              'ours; the second a peer, a firewall or a SNAT pool on the way.',
            unit: 'cps',
            size: [12, 8],
            runbook: 'TcpAcceptQueueOverflow',
            dataLinks: [onward('Listen queues', 'listen')],
            series: [
              {
                expr: `sum(${recorded('cluster_job', 'listen_overflows:rate5m')})`,
                legend: 'dropped by a full accept queue',
                color: 'red',
              },
              {
                expr: `sum(${recorded('cluster_job', 'syn_retransmits:rate5m')})`,
                legend: 'SYN sent again',
                color: 'orange',
              },
            ],
          }),
        ],
      },
    ],
  });
