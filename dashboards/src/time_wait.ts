import {dashboard} from './lib/dashboard.js';
import {onward} from './lib/links.js';
import {graph, heatmap, stat} from './lib/panels.js';
import {recorded, tcp} from './lib/select.js';
import {alerts, socketsByState} from './lib/shared.js';
import {ALERT_THRESHOLDS, steps, TIME_WAIT_SECONDS} from './lib/thresholds.js';

const OPEN = recorded('instance_netns', 'ephemeral_ports_open:difference');
const rate = (metric: string) => `sum(rate(${tcp(metric)}[$__rate_interval]))`;
const rateBy = (label: string, metric: string) =>
  `sum by (${label}) (rate(${tcp(metric)}[$__rate_interval]))`;
const ROLE_COLORS = {outbound: 'orange', inbound: 'blue', unknown: 'text'};

const first = [
  stat({
    title: 'Outbound TIME_WAIT',
    description:
      'TIME_WAIT sockets of connections that were opened from here and closed here first. Each ' +
      'holds a port towards its destination for a minute. The cure is a connection pool.',
    unit: 'short',
    size: [4, 4],
    links: [onward('Port exhaustion', 'ports')],
    expr: `sum(${tcp('time_wait_sockets', 'role="outbound"')})`,
  }),
  stat({
    title: 'Inbound TIME_WAIT',
    description:
      'TIME_WAIT sockets of connections that were accepted here and closed here first. They ' +
      'hold no ephemeral port and cost little memory. Keepalive towards the clients makes them ' +
      'fewer.',
    unit: 'short',
    size: [4, 4],
    expr: `sum(${tcp('time_wait_sockets', 'role="inbound"')})`,
  }),
  stat({
    title: 'TIME_WAIT buckets in use',
    description:
      "The kernel's count by its limit, tcp_max_tw_buckets, in the fullest namespace. Above " +
      '100 % sockets skip TIME_WAIT, and late segments can meet new connections. Raise the ' +
      'limit.',
    unit: 'percentunit',
    decimals: 1,
    size: [4, 4],
    runbook: 'TcpTimeWaitNearLimit',
    expr: `max(${recorded('instance_netns', 'time_wait_buckets:ratio')})`,
    thresholds: steps(ALERT_THRESHOLDS.timeWaitBuckets),
  }),
  stat({
    title: 'Sockets that skip TIME_WAIT',
    description:
      'Sockets per second that skipped TIME_WAIT because tcp_max_tw_buckets was reached.',
    unit: 'cps',
    decimals: 1,
    size: [4, 4],
    runbook: 'TcpTimeWaitOverflow',
    expr: rate('time_wait_overflow_total'),
    thresholds: steps(ALERT_THRESHOLDS.timeWaitOverflow),
  }),
  stat({
    title: 'Ports reused',
    description:
      'Ports in TIME_WAIT per second that connect() took over (tcp_tw_reuse). 0 while ports run ' +
      'out: reuse is off, timestamps are, or the connections are younger than the delay.',
    unit: 'cps',
    decimals: 1,
    size: [4, 4],
    expr: rate('time_wait_reused_total'),
  }),
  stat({
    title: 'In CLOSE_WAIT',
    description:
      'Connections that the peer has closed and our program has not. They never time out: if ' +
      'they only grow, the program leaks them.',
    unit: 'short',
    size: [4, 4],
    runbook: 'TcpCloseWaitLeak',
    expr: `sum(${tcp('sockets', 'state="close_wait"')})`,
    thresholds: steps(ALERT_THRESHOLDS.closeWait),
  }),
  graph({
    title: 'Sockets by state',
    description:
      'All sockets by the state of the TCP state machine, stacked. What grows tells what is ' +
      'wrong: SYN_SENT a silent peer, CLOSE_WAIT a program that does not close, FIN_WAIT a peer ' +
      'that does not, TIME_WAIT churn.',
    unit: 'short',
    size: [12, 9],
    runbook: 'TcpCloseWaitLeak',
    ...socketsByState,
  }),
  graph({
    title: 'TIME_WAIT by role',
    description:
      'Who pays for TIME_WAIT: outbound ones hold a port towards their destination, inbound ' +
      'ones do not. The legend tells the limit of all together, tcp_max_tw_buckets.',
    unit: 'short',
    size: [12, 9],
    stacked: true,
    runbook: 'TcpTimeWaitNearLimit',
    legendRight: true,
    series: [
      {expr: `sum by (role) (${tcp('time_wait_sockets')})`, legend: '{{role}}'},
      {
        expr: `sum(${tcp('time_wait_buckets_limit')})`,
        legend: 'all together (limit)',
        limit: 'told',
      },
      {
        expr: `sum(${OPEN})`,
        legend: 'open ports',
        limit: 'told',
        color: 'text',
      },
    ],
    colors: ROLE_COLORS,
  }),
  alerts([24, 6], 'time_wait|close_wait'),
];

export const timeWait = () =>
  dashboard({
    name: 'timeWait',
    title: 'TIME_WAIT and lifecycle',
    description:
      'Who leaves sockets in TIME_WAIT, whether they cost ports, and how connections begin, end ' +
      'and fail.',
    variables: ['job', 'instance', 'netns'],
    subject: 'time_wait|close_wait',
    first,
    rows: [
      {
        title: 'TIME_WAIT',
        panels: [
          heatmap({
            title: 'Time left to outbound TIME_WAIT',
            description:
              'How many outbound TIME_WAIT sockets end within so many seconds. A band that ' +
              'wanders down is a burst whose ports come free when it arrives; an even field is a ' +
              'steady rate.',
            unit: 's',
            size: [12, 9],
            runbook: 'TcpDestinationNearExhaustion',
            expr: `sum by (le) (${tcp('time_wait_remaining_seconds_bucket')})`,
          }),
          graph({
            title: 'TIME_WAIT: begun, reused, cut short, skipped',
            description:
              'Begun: sockets that entered TIME_WAIT (on older kernels: left it). Reused: ports ' +
              'that connect() took over. Cut short: a time-out of 4 seconds or less. Skipped: the ' +
              'limit was reached.',
            unit: 'cps',
            size: [12, 9],
            runbook: 'TcpTimeWaitOverflow',
            series: [
              {expr: rate('time_wait_counted_total'), legend: 'begun', color: 'orange'},
              {expr: rate('time_wait_reused_total'), legend: 'reused', color: 'green'},
              {expr: rate('time_wait_killed_total'), legend: 'cut short', color: 'blue'},
              {expr: rate('time_wait_overflow_total'), legend: 'skipped', color: 'red'},
            ],
          }),
        ],
      },
      {
        title: 'How connections begin and end',
        panels: [
          graph({
            title: 'Connections opened',
            description:
              'Connections opened from here and accepted here, and what the open ports bear ' +
              'towards one destination without reuse.',
            unit: 'cps',
            size: [8, 9],
            series: [
              {expr: rate('active_opens_total'), legend: 'outbound', color: 'orange'},
              {expr: rate('passive_opens_total'), legend: 'inbound', color: 'blue'},
              {
                expr: `min(${OPEN}) / ${TIME_WAIT_SECONDS}`,
                legend: 'bearable to one destination',
                limit: 'told',
              },
            ],
          }),
          graph({
            title: 'Connections that failed',
            description:
              'Attempts that failed (refused, timed out, no answer), and connections that were ' +
              'reset or timed out.',
            unit: 'cps',
            size: [8, 9],
            runbook: 'TcpSynRetransmitsPilingUp',
            series: [
              {expr: rate('attempt_fails_total'), legend: 'attempts failed', color: 'red'},
              {
                expr: rate('established_resets_total'),
                legend: 'reset or timed out',
                color: 'orange',
              },
            ],
          }),
          graph({
            title: 'Segments sent again',
            description:
              'All segments, and those of handshakes alone. SYN sent again: nobody answers, or a ' +
              'SNAT pool on the way is full.',
            unit: 'cps',
            size: [8, 9],
            runbook: 'TcpSynRetransmitsPilingUp',
            series: [
              {expr: rate('retransmitted_segments_total'), legend: 'all segments', color: 'blue'},
              {expr: rate('syn_retransmits_total'), legend: 'SYN and SYN-ACK', color: 'orange'},
            ],
          }),
          graph({
            title: 'Connections given up, by reason',
            description:
              'timeout: the peer is gone. memory: too many orphans, or no memory. data, close: ' +
              'our program closed while data came. linger: TCP_LINGER2. failed: the reset could ' +
              'not be sent.',
            unit: 'cps',
            size: [12, 8],
            legendRight: true,
            series: [{expr: rateBy('reason', 'aborts_total'), legend: '{{reason}}'}],
          }),
          graph({
            title: 'Segments rejected for their timestamp',
            description:
              'PAWS, by the state that they met. Many in one state: clients behind a NAT that ' +
              'mixes their clocks, as tcp_tw_recycle used to punish.',
            unit: 'cps',
            size: [12, 8],
            series: [{expr: rateBy('reason', 'paws_rejected_total'), legend: '{{reason}}'}],
          }),
        ],
      },
    ],
  });
