// What all kinds of panels have in common.
import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import type {DataSourceRef} from '@grafana/grafana-foundation-sdk/common';
import {
  type DashboardLink,
  FieldColorBuilder,
  type FieldColorModeId,
  MappingType,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {DataqueryBuilder} from '@grafana/grafana-foundation-sdk/prometheus';

import {built, type Link, runbook} from './links.js';
import {PLAIN} from './thresholds.js';

export const SOURCE: DataSourceRef = {type: 'prometheus', uid: '${datasource}'};

/** Columns of 24 and rows of about 38 pixels. */
export type Size = [width: number, height: number];

export interface Common {
  title: string;
  /** What it means, and what to do. */
  description: string;
  unit: string;
  size: Size;
  thresholds?: Threshold[];
  decimals?: number;
  /** The alert whose runbook is linked. */
  runbook?: string;
  links?: Link[];
  /** Links of the values. */
  dataLinks?: Link[];
  noValue?: string;
}

interface Builder {
  title(title: string): this;
  description(text: string): this;
  unit(unit: string): this;
  span(w: number): this;
  height(h: number): this;
  datasource(source: DataSourceRef): this;
  thresholds(thresholds: cog.Builder<ReturnType<ThresholdsConfigBuilder['build']>>): this;
  links(links: cog.Builder<DashboardLink>[]): this;
  dataLinks(links: cog.Builder<DashboardLink>[]): this;
  decimals(decimals: number): this;
  noValue(text: string): this;
}

const absolute = (steps: Threshold[]) =>
  new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);

export function common<B extends Builder>(builder: B, o: Common): B {
  const links = [...(o.links ?? []), ...(o.runbook ? [runbook(o.runbook)] : [])];
  builder
    .title(o.title)
    .description(o.description)
    .unit(o.unit)
    .span(o.size[0])
    .height(o.size[1])
    .datasource(SOURCE)
    .thresholds(absolute(o.thresholds ?? PLAIN));
  if (links.length) builder.links(links.map(built));
  if (o.dataLinks) builder.dataLinks(o.dataLinks.map(built));
  if (o.decimals !== undefined) builder.decimals(o.decimals);
  if (o.noValue !== undefined) builder.noValue(o.noValue);
  return builder;
}

export const refId = (i: number) => String.fromCharCode('A'.charCodeAt(0) + i);

export const instant = (expr: string, i = 0, legend = '') =>
  new DataqueryBuilder()
    .datasource(SOURCE)
    .refId(refId(i))
    .expr(expr)
    .instant()
    .legendFormat(legend);

export const range = (expr: string, i: number, legend: string) =>
  new DataqueryBuilder().datasource(SOURCE).refId(refId(i)).expr(expr).range().legendFormat(legend);

export const coloured = (mode: FieldColorModeId) => new FieldColorBuilder().mode(mode);

/** Texts for values, coloured or not. */
export const mapped = (texts: Record<string, {text: string; color?: string}>): ValueMapping => ({
  type: MappingType.ValueToText,
  options: Object.fromEntries(
    Object.entries(texts).map(([value, shown], index) => [value, {...shown, index}]),
  ),
});
