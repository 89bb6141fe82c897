import {dashboard} from './lib/dashboard.js';
import {graph, heatmap, stat} from './lib/panels.js';
import {tcp} from './lib/select.js';
import {alerts, hostColumn, namespaceColumn, settingsTable} from './lib/shared.js';
import {table} from './lib/table.js';
import {ALERT_THRESHOLDS, anyIs, steps} from './lib/thresholds.js';

const connections = (more = '') => `sum(${tcp('keepalive_sockets', more)})`;
const DETECTION = `${tcp('sysctl_keepalive_time_seconds')}
+ ${tcp('sysctl_keepalive_interval_seconds')} * ${tcp('sysctl_keepalive_probes')}`;
const SILENT = tcp('keepalive_unanswered_sockets', 'probes!="1"');

const first = [
  stat({
    title: 'Peers that do not answer',
    description:
      'Connections that have had no answer to two keepalive probes or more. The peer, or the ' +
      'way to it, is gone; the kernel gives them up after tcp_keepalive_probes.',
    unit: 'short',
    size: [5, 4],
    runbook: 'TcpPeersNotAnswering',
    expr: `sum(${SILENT})`,
    thresholds: steps(ALERT_THRESHOLDS.peers),
  }),
  stat({
    title: 'Given up for silence',
    description:
      'Connections per second that the kernel gave up because the peer did not answer: probes, ' +
      'data or FIN.',
    unit: 'cps',
    decimals: 2,
    size: [5, 4],
    runbook: 'TcpPeersNotAnswering',
    expr: `sum(rate(${tcp('aborts_total', 'reason="timeout"')}[$__rate_interval]))`,
    thresholds: anyIs('info'),
  }),
  stat({
    title: 'Without keepalive',
    description:
      'Share of the connections whose program has not set SO_KEEPALIVE: a peer that dies is ' +
      'noticed only when our program writes, and gateways forget an idle one. Set SO_KEEPALIVE ' +
      'in the program.',
    unit: 'percentunit',
    decimals: 0,
    size: [5, 4],
    expr: `${connections('keepalive="off"')} / ${connections()}`,
    none: 'no connection',
  }),
  stat({
    title: 'A dead peer is noticed after',
    description:
      'By the defaults of the host, where they are slowest: tcp_keepalive_time + ' +
      'tcp_keepalive_intvl x tcp_keepalive_probes. A program may set its own. NAT gateways ' +
      'often forget after 4 minutes.',
    unit: 's',
    size: [5, 4],
    expr: `max(${DETECTION})`,
  }),
  stat({
    title: 'Connections',
    description: 'Sockets in ESTABLISHED and CLOSE_WAIT: those that keepalive is about.',
    unit: 'short',
    size: [4, 4],
    expr: connections(),
  }),
  graph({
    title: 'Connections by keepalive',
    description:
      'on: the kernel will ask an idle peer. off: nobody will. unknown: another timer hides it ' +
      'while the socket retransmits or probes a zero window.',
    unit: 'short',
    size: [12, 9],
    stacked: true,
    series: [{expr: `sum by (keepalive) (${tcp('keepalive_sockets')})`, legend: '{{keepalive}}'}],
    colors: {on: 'green', off: 'orange', unknown: 'text'},
  }),
  graph({
    title: 'Connections with unanswered probes',
    description:
      'By how many probes in succession the peer has left unanswered. One may be a lost ' +
      'segment; two and more are peers that are gone.',
    unit: 'short',
    size: [12, 9],
    stacked: true,
    runbook: 'TcpPeersNotAnswering',
    legendRight: true,
    series: [
      {
        expr: `sum by (probes) (${tcp('keepalive_unanswered_sockets')})`,
        legend: '{{probes}} unanswered',
      },
      {
        expr: `max(${tcp('sysctl_keepalive_probes')})`,
        legend: 'given up after (limit)',
        limit: 'told',
      },
    ],
    colors: {'1 unanswered': 'yellow', '2 unanswered': 'orange', '3+ unanswered': 'red'},
  }),
  alerts([12, 7], 'keepalive'),
  table({
    title: 'Where peers do not answer',
    description:
      'The 20 hosts and namespaces with most connections that two probes or more have not been ' +
      'answered on. There, ss -tno state established tells the peers.',
    unit: 'short',
    size: [12, 7],
    runbook: 'TcpPeersNotAnswering',
    noValue: 'All peers answer',
    columns: [
      hostColumn,
      namespaceColumn,
      {
        query: `topk(20, sum by (instance, netns) (${SILENT}) > 0)`,
        name: 'Do not answer',
        gauge: 'own',
        thresholds: steps(ALERT_THRESHOLDS.peers),
      },
    ],
    sortBy: 'Do not answer',
  }),
];

export const keepalive = () =>
  dashboard({
    name: 'keepalive',
    title: 'Keepalive',
    description: 'Which peers are dead, and whether a dead one will ever be noticed.',
    variables: ['job', 'instance', 'netns'],
    subject: 'keepalive',
    first,
    rows: [
      {
        title: 'Probes and timers',
        panels: [
          heatmap({
            title: 'Time to the next probe',
            description:
              'How many connections send their next keepalive probe within so many seconds. All ' +
              'near 7200: the default of two hours, longer than most gateways remember a ' +
              'connection.',
            unit: 's',
            size: [12, 9],
            expr: `sum by (le) (${tcp('keepalive_remaining_seconds_bucket')})`,
          }),
          graph({
            title: 'Probes sent',
            description: 'Keepalive probes per second, and connections given up for silence.',
            unit: 'cps',
            decimals: 1,
            size: [12, 9],
            runbook: 'TcpPeersNotAnswering',
            series: [
              {
                expr: `sum(rate(${tcp('keepalive_probes_sent_total')}[$__rate_interval]))`,
                legend: 'probes sent',
                color: 'blue',
              },
              {
                expr: `sum(rate(${tcp('aborts_total', 'reason="timeout"')}[$__rate_interval]))`,
                legend: 'given up for silence',
                color: 'red',
              },
            ],
          }),
          graph({
            title: 'Sockets by the timer they run',
            description:
              'What the sockets wait for: retransmit, an acknowledgement; zero_window, a peer ' +
              'that does not read; time_wait and fin_wait2, the end; keepalive, the next probe; ' +
              'none, nothing.',
            unit: 'short',
            size: [12, 9],
            stacked: true,
            legendRight: true,
            series: [{expr: `sum by (timer) (${tcp('timer_sockets')})`, legend: '{{timer}}'}],
            colors: {
              none: 'text',
              keepalive: 'green',
              retransmit: 'red',
              time_wait: 'orange',
              zero_window: 'purple',
              fin_wait2: 'yellow',
            },
          }),
          settingsTable(
            'Settings of keepalive',
            'keepalive_time_seconds: idle time before the first probe. keepalive_interval_seconds: ' +
              'time between unanswered ones. keepalive_probes: unanswered probes after which the ' +
              'connection ends. A program may set its own.',
            [12, 9],
            'sysctl_keepalive_.+',
          ),
        ],
      },
    ],
  });
