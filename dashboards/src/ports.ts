import {dashboard} from './lib/dashboard.js';
import {onward} from './lib/links.js';
import {bars, graph, stat} from './lib/panels.js';
import {DESTINATION_LABELS as EACH, LISTENER_LABELS, recorded, tcp, towards} from './lib/select.js';
import {hostColumn} from './lib/shared.js';
import {table} from './lib/table.js';
import {ALERT_THRESHOLDS, anyIs, from, steps, TIME_WAIT_SECONDS} from './lib/thresholds.js';
import {first, FULLEST, NAME, OPEN, perDestination, SHOWN} from './ports/first.js';

const waiting = (state: string) =>
  perDestination('sum', `topk(${SHOWN}, ${towards('destination_sockets', `state="${state}"`)})`);

export const ports = () =>
  dashboard({
    name: 'ports',
    title: 'Port exhaustion',
    description: 'Towards whom the ports run out, how soon, what holds them, and what to do.',
    variables: ['job', 'instance', 'netns', 'destination'],
    subject: 'ports|peers',
    first,
    rows: [
      {
        title: 'Towards the destinations',
        panels: [
          graph({
            title: 'Ports used by the fullest destinations',
            description:
              'Ports that the 5 fullest destinations hold, in any state. The legend has their limits: ' +
              'the open ports of their namespaces, which each destination can use once.',
            unit: 'short',
            size: [12, 9],
            runbook: 'TcpDestinationNearExhaustion',
            legendRight: true,
            series: [
              {
                expr: `${towards('destination_ports_used')}\nand on (${EACH}) ${FULLEST}`,
                legend: NAME,
              },
              {
                expr: `topk(5, ${OPEN}\nand on (instance, netns) ${FULLEST})`,
                legend: 'limit of {{instance}} {{netns}}',
                limit: 'told',
              },
            ],
          }),
          graph({
            title: 'Rate of connections, of what the ports bear',
            description:
              'Connections that this end closed first hold a port for 60 seconds each. At 100 % they ' +
              'use up the open ports of their namespace without end; above it the ports run out ' +
              'unless they are reused. Pool the connections, or let the peer close first.',
            unit: 'percentunit',
            size: [12, 9],
            lines: true,
            thresholds: from(1, 'critical'),
            runbook: 'TcpDestinationHeadingForExhaustion',
            series: [
              {
                expr:
                  `topk(5, ${towards('destination_connections_per_second')} * ${TIME_WAIT_SECONDS}\n` +
                  `/ on (cluster, job, instance, netns) group_left () ${OPEN})`,
                legend: NAME,
              },
            ],
          }),
          graph({
            title: 'Connections still possible, by destination',
            description:
              'Headroom of the 5 destinations that have least, at most. At 0 connect() fails.',
            unit: 'short',
            size: [12, 9],
            runbook: 'TcpDestinationNearExhaustion',
            series: [
              {
                expr: `bottomk(5, ${towards('destination_ports_headroom', 'bound="max"')})`,
                legend: NAME,
              },
              {expr: `min(${OPEN})`, legend: 'open ports', limit: 'told', color: 'text'},
            ],
          }),
          table({
            title: 'Destinations with sockets that wait',
            description:
              'SYN sent again: a peer, a firewall or a SNAT pool on the way does not answer. ' +
              'CLOSE_WAIT: the peer has closed and our program has not. Told from 10 such sockets ' +
              'on.',
            unit: 'short',
            size: [12, 9],
            runbook: 'TcpSynRetransmitsPilingUp',
            noValue: 'none',
            links: [{...onward('TIME_WAIT and lifecycle', 'timeWait')}],
            columns: [
              hostColumn,
              {label: 'destination_address', name: 'Destination'},
              {label: 'destination_port', name: 'Port', width: 65},
              {query: waiting('syn_sent'), name: 'SYN sent', width: 90},
              {
                query: waiting('syn_sent_retransmitting'),
                name: 'SYN sent again',
                width: 120,
                thresholds: steps(ALERT_THRESHOLDS.synRetransmits),
              },
              {
                query: waiting('close_wait'),
                name: 'CLOSE_WAIT',
                width: 105,
                thresholds: steps(ALERT_THRESHOLDS.closeWaitOfDestination),
              },
            ],
            sortBy: 'SYN sent again',
          }),
        ],
      },
      {
        title: 'What the kernel refused',
        panels: [
          graph({
            title: 'connect() refused for want of a port',
            description:
              'Calls that failed with EADDRNOTAVAIL, as the kernel counts them; only with BPF. The ' +
              'first 20 destinations to which that happened are told apart.',
            unit: 'cps',
            size: [12, 8],
            runbook: 'TcpConnectFailsForWantOfPort',
            series: [
              {
                expr: `topk(5, rate(${towards('port_exhaustion_total')}[$__rate_interval]))`,
                legend: NAME,
              },
            ],
          }),
          graph({
            title: 'Connections that failed, by error',
            description:
              'Connections that ended before they were established, as the kernel counts them; ' +
              'only with BPF. EADDRNOTAVAIL: no port. ETIMEDOUT: nobody answers, or a SNAT pool on ' +
              'the way is full.',
            unit: 'cps',
            size: [12, 8],
            runbook: 'TcpConnectFailsForWantOfPort',
            series: [
              {
                expr: `sum by (error) (rate(${tcp('connect_failures_total')}[$__rate_interval]))`,
                legend: '{{error}}',
              },
            ],
          }),
        ],
      },
      {
        title: 'What takes ports from everybody',
        panels: [
          graph({
            title: 'Ports used and blocked',
            description:
              'Distinct ports that any socket holds, which is no measure of exhaustion by itself, ' +
              'and ports that no connect() can take whatever its destination: a listener, a bound ' +
              'socket or an accepted connection has them. The limit are the usable ports.',
            unit: 'short',
            size: [9, 8],
            runbook: 'TcpEphemeralPortsBlocked',
            legendRight: true,
            series: [
              {expr: `sum(${tcp('ephemeral_ports_used')})`, legend: 'used', color: 'blue'},
              {expr: `sum by (blocker) (${tcp('ephemeral_ports_blocked')})`, legend: 'blocked: {{blocker}}'},
              {expr: `sum(${tcp('ephemeral_ports')})`, legend: 'usable (limit)', limit: 'told'},
            ],
          }),
          bars({
            title: 'Share of the ports blocked',
            description:
              'Usable ports that no connect() can take. Move the listeners named beside out of ' +
              'the range, or reserve their ports (ip_local_reserved_ports).',
            unit: 'percentunit',
            decimals: 0,
            size: [5, 8],
            max: 1,
            runbook: 'TcpEphemeralPortsBlocked',
            thresholds: steps(ALERT_THRESHOLDS.blocked),
            expr: `topk(10, ${recorded('instance_netns', 'ephemeral_ports_blocked:ratio')})`,
            legend: '{{instance}} {{netns}}',
          }),
          table({
            title: 'Listeners inside the ephemeral range',
            description:
              'Each takes one port from every connect(). Move it, or reserve its port with ' +
              'ip_local_reserved_ports.',
            unit: 'short',
            size: [5, 8],
            runbook: 'TcpEphemeralPortsBlocked',
            noValue: 'none',
            rows: `topk(50, max by (${LISTENER_LABELS}) (${tcp('listener_in_ephemeral_range')}))`,
            columns: [
              {label: 'listen_address', name: 'Address'},
              {label: 'listen_port', name: 'Port', width: 75},
              {...hostColumn, width: 110},
            ],
            sortBy: 'Port',
            ascending: true,
          }),
          bars({
            title: 'Left for bind(), by source address',
            description:
              'Share of the ports that bind() to port 0 can still choose from: the 10 source ' +
              'addresses that have least. A program that binds first needs one of these; use ' +
              'IP_BIND_ADDRESS_NO_PORT instead.',
            unit: 'percentunit',
            decimals: 0,
            size: [5, 8],
            max: 1,
            runbook: 'TcpBindPoolNearlyEmpty',
            thresholds: steps(ALERT_THRESHOLDS.bindPool),
            noValue: 'unknown',
            expr: `bottomk(10, ${recorded('instance_netns_source', 'bind_ports_free:ratio')})`,
            legend: '{{instance}} {{source_address}}',
          }),
        ],
      },
      {
        title: 'The range',
        panels: [
          ...(
            [
              [
                'Lowest port',
                'ephemeral_port_range_min',
                'Lowest port of ip_local_port_range, where it is highest.',
                'max',
              ],
              [
                'Highest port',
                'ephemeral_port_range_max',
                'Highest port of ip_local_port_range, where it is lowest.',
                'min',
              ],
              [
                'Reserved ports',
                'ephemeral_ports_reserved',
                'Ports of the range in ip_local_reserved_ports: connect() skips them.',
                'max',
              ],
              [
                'Usable ports',
                'ephemeral_ports',
                'The range less the reserved ports, where it is smallest.',
                'min',
              ],
            ] as const
          ).map(([title, metric, description, aggregate]) =>
            stat({
              title,
              description: `${description} Over the hosts and namespaces that are selected.`,
              unit: 'none',
              size: [4, 4],
              expr: `${aggregate}(${tcp(metric)})`,
            }),
          ),
          stat({
            title: 'tcp_tw_reuse',
            description:
              'Whether connect() takes over ports in TIME_WAIT: 0 never, 1 always, 2 between ' +
              'loopback addresses; needs tcp_timestamps. The smallest setting of those selected.',
            unit: 'none',
            size: [4, 4],
            expr: `min(${tcp('sysctl_tw_reuse')})`,
          }),
          stat({
            title: 'No port until',
            description:
              'While a destination has no port left: seconds until the first one comes free.',
            unit: 's',
            decimals: 0,
            size: [4, 4],
            thresholds: anyIs('critical'),
            none: 'ports are free',
            runbook: 'TcpDestinationNearExhaustion',
            expr: `max(${towards('destination_seconds_to_free_port')})`,
          }),
        ],
      },
    ],
  });
