// What the dashboard of port exhaustion shows without a click, and what its rows ask as well.
import {drill, row} from '../lib/links.js';
import {graph, stat} from '../lib/panels.js';
import {DESTINATION_LABELS as EACH, recorded, tcp, towards} from '../lib/select.js';
import {alerts, fullest, hostColumn, namespaceColumn, runsOutIn} from '../lib/shared.js';
import {table} from '../lib/table.js';
import {ALERT_THRESHOLDS, steps} from '../lib/thresholds.js';

export const OPEN = recorded('instance_netns', 'ephemeral_ports_open:difference');
const AT_LEAST = towards('destination_utilization_ratio', 'bound="min"');
export const SHOWN = 20;
const TOP = `topk(${SHOWN}, ${AT_LEAST})`;
const ofTop = (expr: string) => `${expr}\nand on (${EACH}) ${TOP}`;
export const FULLEST = `topk(5, ${AT_LEAST})`;
export const perDestination = (aggregate: string, expr: string) =>
  `${aggregate} by (${EACH}) (${expr})`;
export const NAME = '{{instance}} {{netns}} to {{destination_address}} port {{destination_port}}';

export const first = [
  stat({
    title: 'Fullest destination, at least',
    description:
      'Share of the ports open to connect() that the fullest destination holds at least. At 100 ' +
      '% connect() fails with EADDRNOTAVAIL. Use a connection pool, let the peer close first, ' +
      'or widen ip_local_port_range.',
    unit: 'percentunit',
    decimals: 0,
    size: [4, 4],
    runbook: 'TcpDestinationNearExhaustion',
    expr: `max(${tcp('destination_utilization_max_ratio', 'bound="min"')})`,
    thresholds: steps(ALERT_THRESHOLDS.utilization),
  }),
  stat({
    title: 'Fullest destination, at most',
    description:
      'What it may hold at most: programs that call bind() first lose a port for every ' +
      'destination, and a dump of the sockets does not show which do. Above 95 % while "at ' +
      'least" is low: see the runbook.',
    unit: 'percentunit',
    decimals: 0,
    size: [4, 4],
    runbook: 'TcpDestinationMayBeExhausted',
    expr: `max(${tcp('destination_utilization_max_ratio', 'bound="max"')})`,
    thresholds: steps(ALERT_THRESHOLDS.mayBeExhausted),
  }),
  stat({
    title: 'Runs out of ports in',
    description:
      'The nearest exhaustion that the exporter forecasts from the present rate and the ' +
      'TIME_WAIT that expires; none when none is near within 60 seconds. Find what opens the ' +
      'connections, and slow it down.',
    unit: 's',
    decimals: 0,
    size: [4, 4],
    runbook: 'TcpDestinationHeadingForExhaustion',
    expr: `min(${towards('destination_seconds_to_exhaustion')})`,
    thresholds: steps(ALERT_THRESHOLDS.secondsToExhaustion),
    none: 'none',
  }),
  stat({
    title: 'Connections still possible',
    description:
      'Headroom of the destination that has least, of those on the page: connections that ' +
      'connect() can still open to it now, at most. Compare with Open ports.',
    unit: 'short',
    size: [4, 4],
    runbook: 'TcpDestinationNearExhaustion',
    expr: `min(${towards('destination_ports_headroom', 'bound="max"')})`,
    thresholds: [
      {value: null, color: 'red'},
      {value: 1, color: 'green'},
    ],
    none: 'no destination',
  }),
  stat({
    title: 'Open ports',
    description:
      'The limit: ports that connect() can use once for each destination, the range less ' +
      'reserved and blocked ones, of the namespace that has least. Widen ip_local_port_range, ' +
      'or add source addresses.',
    unit: 'short',
    size: [4, 4],
    expr: `min(${OPEN})`,
  }),
  stat({
    title: 'Least left for bind()',
    description:
      'Share of the ports that bind() to port 0 can still choose from, at the source address ' +
      'that has least. Matters to programs that bind before they connect.',
    unit: 'percentunit',
    decimals: 0,
    size: [4, 4],
    runbook: 'TcpBindPoolNearlyEmpty',
    expr: `min(${recorded('instance_netns_source', 'bind_ports_free:ratio')})`,
    thresholds: steps(ALERT_THRESHOLDS.bindPool),
    noValue: 'unknown',
  }),
  table({
    title: 'Fullest destinations',
    description:
      `The ${SHOWN} destinations that hold the largest share of the open ports. Reusable ports ` +
      'are those in TIME_WAIT that connect() may take over now (tcp_tw_reuse). Connections per ' +
      'second are those closed here first. Open a destination to see it alone.',
    unit: 'short',
    size: [24, 8],
    runbook: 'TcpDestinationNearExhaustion',
    noValue: 'none',
    columns: [
      {...hostColumn, width: 130},
      namespaceColumn,
      {label: 'source_address', name: 'Source', width: 120},
      {
        label: 'destination_address',
        name: 'Destination',
        width: 120,
        links: [
          drill('Only ${__value.text}', 'ports', {
            instance: row('instance'),
            netns: row('netns'),
            destination: row('destination_address'),
          }),
        ],
      },
      {label: 'destination_port', name: 'Port', width: 65},
      {...fullest, query: perDestination('max', TOP), name: 'Full, at least'},
      {
        query: perDestination('max', ofTop(towards('destination_utilization_ratio', 'bound="max"'))),
        name: 'At most',
        unit: 'percentunit',
        decimals: 0,
        width: 75,
      },
      {
        query: perDestination('max', ofTop(towards('destination_ports_used'))),
        name: 'Ports used',
        gauge: 'own',
      },
      {
        query: perDestination('max', ofTop(towards('destination_ports_time_wait'))),
        name: 'In TIME_WAIT',
        gauge: 'own',
      },
      {
        query: perDestination('max', ofTop(towards('destination_ports_reusable'))),
        name: 'Reusable',
        width: 85,
      },
      {
        query: perDestination('min', ofTop(towards('destination_ports_headroom', 'bound="min"'))),
        name: 'Headroom min',
        width: 120,
      },
      {
        query: perDestination('max', ofTop(towards('destination_ports_headroom', 'bound="max"'))),
        name: 'Headroom max',
        width: 120,
      },
      {
        query: perDestination('max', ofTop(towards('destination_connections_per_second'))),
        name: 'Conn/s',
        unit: 'cps',
        decimals: 1,
        width: 85,
      },
      {
        ...runsOutIn,
        query: perDestination('min', ofTop(towards('destination_seconds_to_exhaustion'))),
        width: 95,
      },
    ],
    sortBy: 'Full, at least',
  }),
  graph({
    title: 'Share of the ports held by the fullest destinations',
    description:
      'The 5 fullest destinations, at least. From 50 % on connect() searches both halves of the ' +
      'range and takes 4 to 30 times as long: the first line is that cliff; the others are the ' +
      'warning and the page.',
    unit: 'percentunit',
    size: [12, 9],
    max: 1,
    lines: true,
    runbook: 'TcpDestinationNearExhaustion',
    thresholds: steps(ALERT_THRESHOLDS.utilization),
    series: [{expr: FULLEST, legend: NAME}],
  }),
  alerts([12, 9], 'ports|peers'),
];
