import {dashboard} from './lib/dashboard.js';
import {onward} from './lib/links.js';
import {graph, stat} from './lib/panels.js';
import {recorded, tcp} from './lib/select.js';
import {alerts, findings, socketsByState} from './lib/shared.js';
import {ALERT_THRESHOLDS, anyIs, steps} from './lib/thresholds.js';

const OPEN = recorded('instance_netns', 'ephemeral_ports_open:difference');
const rate = (metric: string) => `sum(rate(${tcp(metric)}[$__rate_interval]))`;

const first = [
  stat({
    title: 'Fullest destination',
    description:
      'Share of the open ports that the fullest destination holds at least; at 100 % connect() ' +
      'to it fails. Port exhaustion names it.',
    unit: 'percentunit',
    decimals: 0,
    size: [3, 4],
    runbook: 'TcpDestinationNearExhaustion',
    links: [onward('Port exhaustion', 'ports')],
    expr: `max(${tcp('destination_utilization_max_ratio', 'bound="min"')})`,
    thresholds: steps(ALERT_THRESHOLDS.utilization),
  }),
  stat({
    title: 'Runs out of ports in',
    description:
      'The nearest exhaustion that is forecast within 60 seconds. Port exhaustion says towards ' +
      'whom.',
    unit: 's',
    decimals: 0,
    size: [3, 4],
    runbook: 'TcpDestinationHeadingForExhaustion',
    links: [onward('Port exhaustion', 'ports')],
    expr: `min(${tcp('destination_seconds_to_exhaustion')})`,
    thresholds: steps(ALERT_THRESHOLDS.secondsToExhaustion),
    none: 'none',
  }),
  stat({
    title: 'TIME_WAIT buckets',
    description:
      "The kernel's count of TIME_WAIT sockets by its limit, tcp_max_tw_buckets; above it " +
      'sockets skip TIME_WAIT in silence.',
    unit: 'percentunit',
    decimals: 1,
    size: [3, 4],
    runbook: 'TcpTimeWaitNearLimit',
    links: [onward('TIME_WAIT and lifecycle', 'timeWait')],
    expr: `max(${recorded('instance_netns', 'time_wait_buckets:ratio')})`,
    thresholds: steps(ALERT_THRESHOLDS.timeWaitBuckets),
  }),
  stat({
    title: 'Fullest accept queue',
    description:
      'The fullest queue of a listener by its limit; above 100 % connections are dropped. ' +
      "Listen queues names the program's port.",
    unit: 'percentunit',
    decimals: 0,
    size: [3, 4],
    runbook: 'TcpAcceptQueueNearFull',
    links: [onward('Listen queues', 'listen')],
    expr: `max(${tcp('listen_queue_max_ratio')})`,
    thresholds: steps(ALERT_THRESHOLDS.acceptQueue),
    none: 'no listener',
  }),
  stat({
    title: 'Silent peers',
    description:
      'Connections that have had no answer to two keepalive probes or more: the peer, or the ' +
      'way to it, is gone.',
    unit: 'short',
    size: [3, 4],
    runbook: 'TcpPeersNotAnswering',
    links: [onward('Keepalive', 'keepalive')],
    expr: `sum(${tcp('keepalive_unanswered_sockets', 'probes!="1"')})`,
    thresholds: steps(ALERT_THRESHOLDS.peers),
  }),
  stat({
    title: 'In CLOSE_WAIT',
    description:
      'Connections that the peer has closed and our program has not. They never time out: many ' +
      'that stay are a leak of the program.',
    unit: 'short',
    size: [3, 4],
    runbook: 'TcpCloseWaitLeak',
    expr: `sum(${tcp('sockets', 'state="close_wait"')})`,
    thresholds: steps(ALERT_THRESHOLDS.closeWait),
  }),
  stat({
    title: 'Critical findings',
    description: 'Findings that say connections fail now, over the namespaces selected.',
    unit: 'short',
    size: [3, 4],
    runbook: 'TcpConfigFindingCritical',
    links: [onward('Settings and findings', 'settings')],
    expr: `sum(${tcp('config_finding', 'severity="critical"')})`,
    thresholds: anyIs('critical'),
  }),
  stat({
    title: 'Sockets',
    description: 'TCP sockets in every state, TIME_WAIT and listeners included.',
    unit: 'short',
    size: [3, 4],
    expr: `sum(${tcp('sockets')})`,
  }),
  alerts([12, 8]),
  findings([12, 8]),
  graph({
    title: 'Sockets by state',
    description:
      'All sockets, by the state of the TCP state machine. A state that only grows is the one ' +
      'to look at: SYN_SENT a peer that is silent, CLOSE_WAIT a program that does not close, ' +
      'TIME_WAIT churn.',
    unit: 'short',
    size: [12, 9],
    ...socketsByState,
  }),
  graph({
    title: 'Ephemeral ports',
    description:
      'Distinct ports in use over all destinations, and those that the fullest destination ' +
      'holds; only the second can run out. The limit are the ports open to connect().',
    unit: 'short',
    size: [12, 9],
    runbook: 'TcpDestinationNearExhaustion',
    dataLinks: [onward('Port exhaustion', 'ports')],
    series: [
      {
        expr: `max(${tcp('ephemeral_ports_used')})`,
        legend: 'used, over all destinations',
        color: 'blue',
      },
      {
        expr: `max(${tcp('destination_ports_used')})`,
        legend: 'used by the largest destination',
        color: 'orange',
      },
      {expr: `sum by (blocker) (${tcp('ephemeral_ports_blocked')})`, legend: 'blocked: {{blocker}}'},
      {expr: `min(${OPEN})`, legend: 'open ports (limit)', limit: 'drawn'},
    ],
  }),
];

export const host = () =>
  dashboard({
    name: 'host',
    title: 'Host',
    description: 'What is wrong with this host, and where to look next.',
    variables: ['job', 'instance', 'netns'],
    first,
    rows: [
      {
        title: 'Connections',
        panels: [
          graph({
            title: 'Connections opened',
            description:
              'Connections opened from here and accepted here. Many short outbound ones cost a ' +
              'port each for a minute.',
            unit: 'cps',
            size: [12, 8],
            dataLinks: [onward('TIME_WAIT and lifecycle', 'timeWait')],
            series: [
              {expr: rate('active_opens_total'), legend: 'outbound', color: 'orange'},
              {expr: rate('passive_opens_total'), legend: 'inbound', color: 'blue'},
            ],
          }),
          graph({
            title: 'Connections that failed',
            description:
              'Attempts that failed, connections reset or timed out, handshakes dropped by a full ' +
              'accept queue, SYN and SYN-ACK sent again.',
            unit: 'cps',
            size: [12, 8],
            runbook: 'TcpSynRetransmitsPilingUp',
            dataLinks: [onward('TIME_WAIT and lifecycle', 'timeWait')],
            series: [
              {expr: rate('attempt_fails_total'), legend: 'attempts failed', color: 'red'},
              {
                expr: rate('established_resets_total'),
                legend: 'reset or timed out',
                color: 'orange',
              },
              {
                expr: rate('listen_overflows_total'),
                legend: 'dropped by a full accept queue',
                color: 'purple',
              },
              {expr: rate('syn_retransmits_total'), legend: 'SYN sent again', color: 'yellow'},
            ],
          }),
        ],
      },
      {
        title: 'Memory of the host',
        panels: [
          graph({
            title: 'TCP buffer memory',
            description:
              'Memory of all TCP buffers of the host, and the limits of tcp_mem: from pressure on ' +
              'the kernel saves, at high it refuses. Look for queues that nobody reads.',
            unit: 'bytes',
            size: [12, 8],
            series: [
              {expr: `sum(${tcp('socket_memory_bytes')})`, legend: 'in use', color: 'blue'},
              {
                expr: `sum(${tcp('socket_memory_limit_bytes', 'level="pressure"')})`,
                legend: 'pressure',
                limit: 'told',
                color: 'orange',
              },
              {
                expr: `sum(${tcp('socket_memory_limit_bytes', 'level="high"')})`,
                legend: 'high (limit)',
                limit: 'told',
              },
            ],
          }),
          graph({
            title: 'Orphaned sockets',
            description:
              'Sockets that no process holds any more while the kernel still closes them, and ' +
              'tcp_max_orphans: above it they are reset.',
            unit: 'short',
            size: [12, 8],
            series: [
              {expr: `sum(${tcp('sockets_orphaned')})`, legend: 'orphaned', color: 'orange'},
              {
                expr: `sum(${tcp('sysctl_max_orphans')})`,
                legend: 'tcp_max_orphans (limit)',
                limit: 'told',
              },
            ],
          }),
        ],
      },
    ],
  });
