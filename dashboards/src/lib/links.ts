// Ways from one dashboard to the next, and to the runbooks. They keep time range and variables.
import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import {
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
} from '@grafana/grafana-foundation-sdk/dashboard';

export const TAG = 'tcp-lifecycle';

export const UID = {
  fleet: 'tcp-lifecycle-fleet',
  host: 'tcp-lifecycle-host',
  ports: 'tcp-lifecycle-ports',
  timeWait: 'tcp-lifecycle-time-wait',
  keepalive: 'tcp-lifecycle-keepalive',
  listen: 'tcp-lifecycle-listen',
  settings: 'tcp-lifecycle-settings',
  exporter: 'tcp-lifecycle-exporter',
} as const;
export type Name = keyof typeof UID;

/** Where the variables of the next dashboard come from: a field of the row or a label. */
export type Sources = Partial<Record<'instance' | 'netns' | 'destination', string>>;

export interface Link {
  title: string;
  url: string;
}

const KEPT = '${datasource:queryparam}&${job:queryparam}';

export function drill(title: string, to: Name, sources: Sources): Link {
  const instance = sources.instance ? '' : '&${instance:queryparam}';
  const own = Object.entries(sources).map(([variable, source]) => `&var-${variable}=\${${source}}`);
  return {title, url: `/d/${UID[to]}?${KEPT}${instance}${own.join('')}&\${__url_time_range}`};
}

/** From a row of a table. */
export const row = (label: string) => `__data.fields.${label}`;
/** From a series of a graph. */
export const label = (name: string) => `__field.labels.${name}`;

/** All variables as they are. */
export const onward = (title: string, to: Name): Link => ({
  title,
  url: `/d/${UID[to]}?\${__all_variables}&\${__url_time_range}`,
});

export const runbook = (alert: string, title = `Runbook ${alert}`): Link => ({
  title,
  url: `\${runbooks:raw}/${alert}.md`,
});

export const alertRunbook: Link = runbook('${__data.fields.alertname}', 'Runbook');
export const findingRunbook: Link = {
  title: 'What it means and what helps',
  url: '${runbooks:raw}/findings.md#${__data.fields.rule}',
};

/** Where the SDK would put it into a menu, it is shown. */
const shown = (link: cog.Builder<DashboardLink>): cog.Builder<DashboardLink> => ({
  build() {
    const {placement: _menu, ...rest} = link.build();
    return rest;
  },
});

export const built = ({title, url}: Link) =>
  shown(
    new DashboardLinkBuilder(title)
      .type(DashboardLinkType.Link)
      .url(url)
      .targetBlank(url.includes('runbooks')),
  );

/** The dropdown of all dashboards of the set. */
export const dropdown = () =>
  shown(
    new DashboardLinkBuilder('TCP lifecycle')
      .type(DashboardLinkType.Dashboards)
      .tags([TAG])
      .asDropdown(true)
      .includeVars(true)
      .keepTime(true),
  );
