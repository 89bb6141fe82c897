// Selectors: every query is narrowed by the variables of its dashboard.

const HOST = ['job=~"$job"', 'instance=~"$instance"'];
const NAMESPACE = [...HOST, 'netns=~"$netns"'];
const DESTINATION = [...NAMESPACE, 'destination_address=~"$destination"'];

const select = (metric: string, matchers: string[], more: string) =>
  `${metric}{${[...matchers, ...(more ? [more] : [])].join(', ')}}`;

/** A metric that tells the network namespace; `more` are matchers of its own. */
export const tcp = (name: string, more = '') => select(`tcp_lifecycle_${name}`, NAMESPACE, more);

/** All metrics whose name matches; each tells the network namespace. */
export const named = (pattern: string) => select('', NAMESPACE, `__name__=~"${pattern}"`);

/** A metric of the dashboard that has the variable `destination`. */
export const towards = (name: string, more = '') =>
  select(`tcp_lifecycle_${name}`, DESTINATION, more);

/** A metric of the exporter or of Prometheus about the exporter; in full. */
export const self = (name: string, more = '') => select(name, HOST, more);

/** A recording rule; its level tells which labels it has. */
export function recorded(level: string, name: string, more = ''): string {
  const labels = level.split('_');
  const matchers = labels.includes('netns')
    ? NAMESPACE
    : labels.includes('instance')
      ? HOST
      : HOST.slice(0, 1);
  return select(`${level}:tcp_lifecycle_${name}`, matchers, more);
}

export const DESTINATION_LABELS =
  'instance, netns, source_address, destination_address, destination_port';
export const LISTENER_LABELS = 'instance, netns, listen_address, listen_port';
