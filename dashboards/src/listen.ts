import {dashboard} from './lib/dashboard.js';
import {mapped} from './lib/panel.js';
import {graph, stat} from './lib/panels.js';
import {LISTENER_LABELS as EACH, tcp} from './lib/select.js';
import {alerts, hostColumn, namespaceColumn, settingsTable} from './lib/shared.js';
import {table} from './lib/table.js';
import {ALERT_THRESHOLDS, anyIs, steps} from './lib/thresholds.js';

const SHOWN = 20;
const RATIO = tcp('listen_queue_max_ratio');
const TOP = `topk(${SHOWN}, ${RATIO})`;
const ofTop = (expr: string) => `max by (${EACH}) (${expr}\nand on (${EACH}) ${TOP})`;
const rate = (metric: string) => `sum(rate(${tcp(metric)}[$__rate_interval]))`;
const rateBy = (label: string, metric: string) =>
  `sum by (${label}) (rate(${tcp(metric)}[$__rate_interval]))`;
const NAME = '{{instance}} {{listen_address}} port {{listen_port}}';

const first = [
  stat({
    title: 'Fullest accept queue',
    description:
      'Connections that wait for accept() by the limit, at the fullest listener. Above 100 % ' +
      'the kernel drops handshakes: the program does not accept fast enough. The table names ' +
      'its port.',
    unit: 'percentunit',
    decimals: 0,
    size: [5, 4],
    runbook: 'TcpAcceptQueueNearFull',
    expr: `max(${RATIO})`,
    thresholds: steps(ALERT_THRESHOLDS.acceptQueue),
    none: 'no listener',
  }),
  stat({
    title: 'Handshakes dropped',
    description:
      'Segments of handshakes per second that a full accept queue dropped. The client asks ' +
      'again after a second or more: this is latency for somebody.',
    unit: 'cps',
    decimals: 1,
    size: [5, 4],
    runbook: 'TcpAcceptQueueOverflow',
    expr: rate('listen_overflows_total'),
    thresholds: steps(ALERT_THRESHOLDS.acceptOverflow),
  }),
  stat({
    title: 'Not yet accepted',
    description: 'Established connections that no program has accepted yet.',
    unit: 'short',
    size: [5, 4],
    runbook: 'TcpAcceptQueueNearFull',
    expr: `sum(${tcp('unaccepted_sockets')})`,
    noValue: 'unknown',
  }),
  stat({
    title: 'Connections accepted',
    description:
      'Connections per second that listeners took. Compare with the handshakes that were ' +
      'dropped.',
    unit: 'cps',
    decimals: 1,
    size: [5, 4],
    expr: rate('passive_opens_total'),
  }),
  stat({
    title: 'SYN cookies sent',
    description:
      'SYN cookies per second: the queue of half-open connections is full. A flood, or ' +
      'tcp_max_syn_backlog is too small.',
    unit: 'cps',
    decimals: 1,
    size: [4, 4],
    expr: `sum(rate(${tcp('syncookies_total', 'event="sent"')}[$__rate_interval]))`,
    thresholds: anyIs('info'),
  }),
  table({
    title: 'Fullest listeners',
    description:
      `The ${SHOWN} listeners with the fullest queue. The limit is the smaller of listen()'s ` +
      'backlog and somaxconn; the kernel queues one more. Raise the backlog in the program if ' +
      'bursts fill it, add workers if it stays full.',
    unit: 'short',
    size: [14, 9],
    runbook: 'TcpAcceptQueueNearFull',
    noValue: 'no listener',
    columns: [
      {...hostColumn, width: 130},
      {...namespaceColumn, width: 95},
      {label: 'listen_address', name: 'Address', width: 120},
      {label: 'listen_port', name: 'Port', width: 70},
      {
        query: `max by (${EACH}) (${TOP})`,
        name: 'Full',
        unit: 'percentunit',
        decimals: 0,
        gauge: 1,
        thresholds: steps(ALERT_THRESHOLDS.acceptQueue),
      },
      {query: ofTop(tcp('listen_queue_sockets')), name: 'Waiting', width: 80},
      {query: ofTop(tcp('listen_queue_limit')), name: 'Limit', width: 70},
      {
        query: ofTop(tcp('listen_socket_drops')),
        name: 'Dropped',
        width: 85,
        thresholds: anyIs('warning'),
      },
      {
        query: ofTop(tcp('listener_in_ephemeral_range')),
        name: 'Ephemeral',
        width: 100,
        mappings: [mapped({1: {text: 'in range', color: 'orange'}})],
      },
    ],
    sortBy: 'Full',
  }),
  alerts([10, 9], 'listen'),
  graph({
    title: 'How full the accept queues are',
    description:
      'The 5 fullest listeners. The line is the warning; above 100 % connections are dropped. A ' +
      'spike: a burst; a plateau: the program does not keep up.',
    unit: 'percentunit',
    size: [12, 8],
    lines: true,
    runbook: 'TcpAcceptQueueNearFull',
    thresholds: steps(ALERT_THRESHOLDS.acceptQueue),
    series: [{expr: `topk(5, ${RATIO} > 0)`, legend: NAME}],
  }),
  graph({
    title: 'Handshakes: accepted and dropped',
    description:
      'Connections that listeners took, and segments of handshakes that they dropped: for a ' +
      'full accept queue, and for any reason.',
    unit: 'cps',
    size: [12, 8],
    runbook: 'TcpAcceptQueueOverflow',
    series: [
      {expr: rate('passive_opens_total'), legend: 'accepted', color: 'green'},
      {expr: rate('listen_overflows_total'), legend: 'dropped: accept queue full', color: 'red'},
      {expr: rate('listen_drops_total'), legend: 'dropped: any reason', color: 'orange'},
    ],
  }),
];

export const listen = () =>
  dashboard({
    name: 'listen',
    title: 'Listen queues',
    description: 'Which service does not accept fast enough, and what the kernel turned away.',
    variables: ['job', 'instance', 'netns'],
    subject: 'listen',
    first,
    rows: [
      {
        title: 'Queues',
        panels: [
          graph({
            title: 'Connections that wait for accept()',
            description: 'The 5 longest queues, and the limit of the listener that has least.',
            unit: 'short',
            size: [12, 8],
            runbook: 'TcpAcceptQueueNearFull',
            series: [
              {expr: `topk(5, ${tcp('listen_queue_sockets')} > 0)`, legend: NAME},
              {expr: `min(${tcp('listen_queue_limit')})`, legend: 'smallest limit', limit: 'told'},
            ],
          }),
          graph({
            title: 'Half-open connections and SYN cookies',
            description:
              'SYN cookies sent, and those that came back good (received) or bad (failed); SYN ' +
              'that met a full queue of half-open connections, and what became of them.',
            unit: 'cps',
            size: [12, 8],
            legendRight: true,
            series: [
              {expr: rateBy('event', 'syncookies_total'), legend: 'cookies {{event}}'},
              {
                expr: rateBy('action', 'request_queue_full_total'),
                legend: 'queue full: {{action}}',
              },
            ],
          }),
          settingsTable(
            'Settings of the queues',
            'somaxconn: upper limit of every backlog. max_syn_backlog: half-open connections that a ' +
              'listener remembers without SYN cookies. syncookies: 1, when that is full; keep it. ' +
              'abort_on_overflow: 1 resets clients instead of letting them try again; keep it at 0.',
            [24, 7],
            'sysctl_(somaxconn|max_syn_backlog|syncookies|abort_on_overflow|synack_retries)',
          ),
        ],
      },
    ],
  });
