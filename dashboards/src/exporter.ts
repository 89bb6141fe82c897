import {dashboard} from './lib/dashboard.js';
import {bars, graph, stat} from './lib/panels.js';
import {recorded, self, tcp} from './lib/select.js';
import {alerts, hostColumn, namespaceColumn} from './lib/shared.js';
import {table} from './lib/table.js';
import {anyIs, from} from './lib/thresholds.js';

const own = (metric: string, more = '') => self(`tcp_lifecycle_${metric}`, more);
const DURATION = own('scrape_pass_duration_seconds');
const LIMIT = recorded('instance', 'scrape_pass_duration_seconds:limit');
const SHOWN = 20;
const TOP = `topk(${SHOWN}, ${DURATION})`;
const ofTop = (expr: string) => `max by (instance) (${expr}\nand on (job, instance) ${TOP})`;
const rate = (series: string) => `rate(${series}[$__rate_interval])`;

const first = [
  stat({
    title: 'Exporters up',
    description: 'Exporters that Prometheus has scraped.',
    unit: 'short',
    size: [4, 4],
    expr: `sum(${self('up')})`,
  }),
  stat({
    title: 'Exporters down',
    description:
      'Exporters that Prometheus cannot scrape: about these hosts nothing is known. Named ' +
      'below.',
    unit: 'short',
    size: [4, 4],
    runbook: 'TcpLifecycleExporterDown',
    expr: `count(${self('up')} == 0) or vector(0)`,
    thresholds: anyIs('critical'),
  }),
  stat({
    title: 'Collectors that fail',
    description:
      'Collectors that could not tell all they should: what they do not know is absent, and ' +
      'alerts on it cannot fire. The log of the exporter says why.',
    unit: 'short',
    size: [4, 4],
    runbook: 'TcpLifecycleCollectorFailing',
    expr: `count(${own('scrape_collector_success')} == 0) or vector(0)`,
    thresholds: anyIs('warning'),
  }),
  stat({
    title: 'Namespaces not read',
    description: 'Network namespaces whose sockets could not be read to their end.',
    unit: 'short',
    size: [4, 4],
    runbook: 'TcpLifecycleNamespaceFailing',
    expr: `count(${tcp('scrape_namespace_success')} == 0) or vector(0)`,
    thresholds: anyIs('warning'),
  }),
  stat({
    title: 'Passes cut short',
    description:
      'Exporters whose last reading of namespaces and sockets ended before all was read, by the ' +
      'deadline or an error. An alert fires where a quarter of them do.',
    unit: 'short',
    size: [4, 4],
    runbook: 'TcpLifecyclePassTruncated',
    expr: `sum(${own('scrape_pass_truncated')})`,
    thresholds: anyIs('warning'),
  }),
  stat({
    title: 'Slowest pass, of its limit',
    description:
      'Time that reading the sockets takes by what it may take, half of the time between two ' +
      'scrapes, at the exporter that is worst. Above 100 % the deadline is near: the bpf reader ' +
      'is several times faster.',
    unit: 'percentunit',
    decimals: 1,
    size: [4, 4],
    runbook: 'TcpLifecyclePassSlow',
    expr: `max(${DURATION} / on (cluster, job, instance) ${LIMIT})`,
    thresholds: from(1, 'warning'),
  }),
  table({
    title: 'Slowest exporters',
    description:
      `The ${SHOWN} exporters whose reading of the sockets takes longest, how many sockets they ` +
      'read, their memory and CPU.',
    unit: 's',
    size: [13, 9],
    runbook: 'TcpLifecyclePassSlow',
    columns: [
      hostColumn,
      {query: `max by (instance) (${TOP})`, name: 'Pass', unit: 's', gauge: 'own'},
      {query: ofTop(own('scrape_pass_sockets')), name: 'Sockets read', width: 115},
      {query: ofTop(self('scrape_samples_scraped')), name: 'Series', width: 80},
      {
        query: ofTop(self('process_resident_memory_bytes')),
        name: 'Memory',
        unit: 'bytes',
        width: 95,
      },
      {
        query: ofTop(rate(self('process_cpu_seconds_total'))),
        name: 'CPU',
        unit: 'percentunit',
        decimals: 2,
        width: 80,
      },
    ],
    sortBy: 'Pass',
  }),
  alerts([11, 9], 'exporter'),
  graph({
    title: 'Time to read the sockets',
    description:
      'The slowest reading, the slowest scrape as Prometheus sees it, and what a reading may ' +
      'take at the exporter that has least time: half of that between two scrapes. The ' +
      'deadline cuts one that is too long, and families are absent then.',
    unit: 's',
    size: [12, 8],
    runbook: 'TcpLifecyclePassSlow',
    series: [
      {expr: `max(${DURATION})`, legend: 'slowest pass', color: 'blue'},
      {
        expr: `max(${self('scrape_duration_seconds')})`,
        legend: 'slowest scrape',
        color: 'orange',
      },
      {expr: `min(${LIMIT})`, legend: 'limit of a pass', limit: 'told'},
    ],
  }),
  graph({
    title: 'Time by collector',
    description: 'What each collector adds to a scrape of its own, at the slowest exporter.',
    unit: 's',
    size: [12, 8],
    legendRight: true,
    series: [
      {
        expr: `max by (collector) (${own('scrape_collector_duration_seconds')})`,
        legend: '{{collector}}',
      },
    ],
  }),
];

export const exporter = () =>
  dashboard({
    name: 'exporter',
    title: 'Exporter health',
    description:
      'Whether the other dashboards can be believed: exporters that are down, slow or blind, and ' +
      'what they cost.',
    variables: ['job', 'instance', 'netns'],
    subject: 'exporter',
    first,
    rows: [
      {
        title: 'What is missing',
        panels: [
          table({
            title: 'Which exporters are down',
            description:
              'The first 50 exporters that cannot be scraped. Is the host up, does the exporter ' +
              'run, is the port open?',
            unit: 'short',
            size: [8, 8],
            runbook: 'TcpLifecycleExporterDown',
            noValue: 'All are up',
            rows: `topk(50, max by (instance, job) (${self('up')} == 0))`,
            columns: [hostColumn, {label: 'job', name: 'Job'}],
            sortBy: 'Host',
            ascending: true,
          }),
          table({
            title: 'Which collectors fail',
            description:
              'The first 50 collectors that could not tell all they should. The log of that ' +
              'exporter says why.',
            unit: 'short',
            size: [8, 8],
            runbook: 'TcpLifecycleCollectorFailing',
            noValue: 'None fails',
            rows: `topk(50, max by (instance, collector) (${own('scrape_collector_success')} == 0))`,
            columns: [hostColumn, {label: 'collector', name: 'Collector'}],
            sortBy: 'Host',
            ascending: true,
          }),
          table({
            title: 'Listeners and destinations not on the page',
            description:
              'What the exporter leaves out to stay within its budget of series: the 20 ' +
              'namespaces that lack most listeners, and the largest possible error of a count of ' +
              'ports.',
            unit: 'short',
            size: [8, 8],
            columns: [
              hostColumn,
              namespaceColumn,
              {
                query: `topk(20, max by (instance, netns) (${tcp('listen_groups_omitted')}))`,
                name: 'Listeners',
                width: 95,
              },
              {
                query: `topk(20, max by (instance, netns) (${tcp('destination_table_error_ports')}))`,
                name: 'Ports, error',
                width: 105,
                thresholds: anyIs('info'),
              },
            ],
            sortBy: 'Ports, error',
          }),
          graph({
            title: 'Rows left out',
            description:
              'Rows of the kernel that were left out: an unknown state, or bytes that make no ' +
              'sense. Not 0: a kernel that this exporter does not know yet; please report it.',
            unit: 'short',
            decimals: 0,
            size: [8, 8],
            series: [
              {expr: `sum by (reason) (${own('scrape_pass_skipped_rows')})`, legend: '{{reason}}'},
            ],
          }),
          graph({
            title: 'BPF and sock_diag disagree',
            description:
              'Sockets for which the BPF reader and sock_diag reported different values, by field. ' +
              'From 3 on, BPF is wrong on that kernel, and the exporter reads by sock_diag.',
            unit: 'short',
            decimals: 0,
            size: [8, 8],
            runbook: 'TcpLifecycleReaderDisagrees',
            series: [
              {
                expr: `sum by (field) (${own('scrape_source_disagreements_total')})`,
                legend: '{{field}}',
              },
            ],
          }),
          graph({
            title: 'Destinations counted',
            description:
              'Distinct destinations at the namespace that has most, those on the page, and how ' +
              'many can be counted exactly. Beyond that the lightest are dropped.',
            unit: 'short',
            size: [8, 8],
            series: [
              {expr: `max(${tcp('destinations')})`, legend: 'destinations', color: 'blue'},
              {expr: `max(${tcp('destinations_exported')})`, legend: 'on the page', color: 'green'},
              {
                expr: `max(${tcp('destination_table_evictions')})`,
                legend: 'dropped',
                color: 'orange',
              },
              {
                expr: `min(${tcp('destination_table_limit')})`,
                legend: 'counted exactly (limit)',
                limit: 'told',
              },
            ],
          }),
        ],
      },
      {
        title: 'What it costs',
        panels: [
          graph({
            title: 'CPU',
            description: 'CPU time of the exporter that uses most, of one core.',
            unit: 'percentunit',
            size: [8, 8],
            series: [
              {
                expr: `max(${rate(self('process_cpu_seconds_total'))})`,
                legend: 'busiest exporter',
                color: 'blue',
              },
            ],
          }),
          graph({
            title: 'Memory',
            description: 'Resident memory of the largest exporter.',
            unit: 'bytes',
            size: [8, 8],
            series: [
              {
                expr: `max(${self('process_resident_memory_bytes')})`,
                legend: 'largest exporter',
                color: 'blue',
              },
            ],
          }),
          graph({
            title: 'File descriptors',
            description: 'Open file descriptors of the exporter that has most, and its limit.',
            unit: 'short',
            size: [8, 8],
            series: [
              {expr: `max(${self('process_open_fds')})`, legend: 'open', color: 'blue'},
              {expr: `min(${self('process_max_fds')})`, legend: 'limit', limit: 'told'},
            ],
          }),
          graph({
            title: 'Series of a scrape',
            description:
              'Series that Prometheus stores of one exporter, of the one that has most. A host ' +
              'with 20 full destinations has about 600.',
            unit: 'short',
            size: [8, 8],
            series: [
              {expr: `max(${self('scrape_samples_scraped')})`, legend: 'most', color: 'blue'},
            ],
          }),
          table({
            title: 'Versions',
            description:
              'How many exporters run each version. More than one for long: a roll-out that stopped.',
            unit: 'locale',
            size: [8, 8],
            columns: [
              {label: 'version', name: 'Version', width: 90},
              {label: 'revision', name: 'Revision'},
              {
                query: `topk(20, count by (version, revision) (${own('exporter_build_info')}))`,
                name: 'Exporters',
                width: 100,
              },
            ],
            sortBy: 'Exporters',
          }),
          bars({
            title: 'Readers',
            description:
              'How the exporters read the sockets: bpf is the cheapest; procfs sees neither bound ' +
              'sockets nor queue limits. The log at the start says why a better one is not in ' +
              'use.',
            unit: 'short',
            size: [8, 8],
            expr: `sum by (reader) (${own('scrape_source_info')})`,
            legend: '{{reader}}',
          }),
        ],
      },
    ],
  });
