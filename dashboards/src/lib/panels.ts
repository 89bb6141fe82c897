// The kinds of panels that the dashboards are made of.
import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import {
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BarGaugeSizing,
  BigValueColorMode,
  BigValueGraphMode,
  type DataSourceRef,
  GraphGradientMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TableSortByFieldStateBuilder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {PanelBuilder as BarGaugePanel} from '@grafana/grafana-foundation-sdk/bargauge';
import {
  type DashboardLink,
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  type Panel,
  SpecialValueMatch,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  PanelBuilder as HeatmapPanel,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import {DataqueryBuilder, PromQueryFormat} from '@grafana/grafana-foundation-sdk/prometheus';
import {PanelBuilder as StateTimelinePanel} from '@grafana/grafana-foundation-sdk/statetimeline';
import {PanelBuilder as StatPanel} from '@grafana/grafana-foundation-sdk/stat';
import {PanelBuilder as TablePanel} from '@grafana/grafana-foundation-sdk/table';
import {PanelBuilder as TimeSeriesPanel} from '@grafana/grafana-foundation-sdk/timeseries';

import {built, type Link, runbook} from './links.js';
import {COLOR, PLAIN} from './thresholds.js';

export const SOURCE: DataSourceRef = {type: 'prometheus', uid: '${datasource}'};

/** Columns of 24 and rows of about 38 pixels. */
export type Size = [width: number, height: number];

interface Common {
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

function common<B extends Builder>(builder: B, o: Common): B {
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

const refId = (i: number) => String.fromCharCode('A'.charCodeAt(0) + i);

const instant = (expr: string, i = 0, legend = '') =>
  new DataqueryBuilder()
    .datasource(SOURCE)
    .refId(refId(i))
    .expr(expr)
    .instant()
    .legendFormat(legend);

const range = (expr: string, i: number, legend: string) =>
  new DataqueryBuilder().datasource(SOURCE).refId(refId(i)).expr(expr).range().legendFormat(legend);

const lastOfEach = () => new ReduceDataOptionsBuilder().calcs(['lastNotNull']);
const coloured = (mode: FieldColorModeId) => new FieldColorBuilder().mode(mode);

/** Texts for values, coloured or not. */
export const mapped = (texts: Record<string, {text: string; color?: string}>): ValueMapping => ({
  type: MappingType.ValueToText,
  options: Object.fromEntries(
    Object.entries(texts).map(([value, shown], index) => [value, {...shown, index}]),
  ),
});

/** Shown where there is no value, which would else have the colour of the lowest threshold. */
const absent = (text: string, color: string): ValueMapping => ({
  type: MappingType.SpecialValue,
  options: {match: SpecialValueMatch.Null, result: {text, color, index: 0}},
});

/** One number now. `none`: what its absence means, if that is good. */
export function stat(o: Common & {expr: string; none?: string}): cog.Builder<Panel> {
  const mappings = o.none
    ? [absent(o.none, COLOR.good)]
    : o.noValue
      ? [absent(o.noValue, 'text')]
      : [];
  return common(new StatPanel(), o)
    .withTarget(instant(o.expr))
    .colorScheme(coloured(FieldColorModeId.Thresholds))
    .colorMode(o.thresholds ? BigValueColorMode.Background : BigValueColorMode.None)
    .graphMode(BigValueGraphMode.None)
    .mappings(mappings)
    .reduceOptions(lastOfEach());
}

/** Some numbers now, a bar for each. */
export function bars(o: Common & {expr: string; legend: string; max?: number}): cog.Builder<Panel> {
  const panel = common(new BarGaugePanel(), o)
    .withTarget(instant(o.expr, 0, o.legend))
    .colorScheme(coloured(FieldColorModeId.Thresholds))
    .displayMode(BarGaugeDisplayMode.Basic)
    .orientation(VizOrientation.Horizontal)
    .namePlacement(BarGaugeNamePlacement.Left)
    .sizing(BarGaugeSizing.Manual)
    .minVizHeight(14)
    .maxVizHeight(32)
    .showUnfilled(true)
    .min(0)
    .reduceOptions(lastOfEach());
  return o.max === undefined ? panel : panel.max(o.max);
}

export interface Series {
  expr: string;
  legend: string;
  /** The limit of the others: a dashed line, or in the legend alone where it is far above. */
  limit?: 'drawn' | 'told';
  color?: string;
}

const dashed: DynamicConfigValue = {id: 'custom.lineStyle', value: {fill: 'dash', dash: [8, 6]}};
const fixed = (color: string): DynamicConfigValue => ({
  id: 'color',
  value: {mode: FieldColorModeId.Fixed, fixedColor: color},
});

function seriesLook({limit, color}: Series): DynamicConfigValue[] {
  if (!limit) return color ? [fixed(color)] : [];
  const look = [
    fixed(color ?? 'red'),
    dashed,
    {id: 'custom.fillOpacity', value: 0},
    {id: 'custom.stacking', value: {mode: StackingMode.None, group: 'A'}},
  ];
  const toldOnly = {id: 'custom.hideFrom', value: {viz: true, legend: false, tooltip: false}};
  return limit === 'told' ? [...look, toldOnly] : look;
}

/** Numbers over time. */
export function graph(
  o: Common & {
    series: Series[];
    stacked?: boolean;
    max?: number;
    /** Draws the thresholds as lines. */
    lines?: boolean;
    /** For many series with short names. */
    legendRight?: boolean;
    /** Colours of series by their names, for those that a label tells apart. */
    colors?: Record<string, string>;
  },
): cog.Builder<Panel> {
  const legendRight = o.legendRight ?? (o.series.length > 2 && o.size[0] >= 12);
  const panel = common(new TimeSeriesPanel(), o)
    .min(0)
    .lineWidth(o.stacked ? 1 : 2)
    .fillOpacity(o.stacked ? 60 : 8)
    .gradientMode(GraphGradientMode.None)
    .showPoints(VisibilityMode.Never)
    .colorScheme(coloured(FieldColorModeId.PaletteClassic))
    .stacking(
      new StackingConfigBuilder()
        .mode(o.stacked ? StackingMode.Normal : StackingMode.None)
        .group('A'),
    )
    .thresholdsStyle(
      new GraphThresholdsStyleConfigBuilder().mode(
        o.lines ? GraphThresholdsStyleMode.Dashed : GraphThresholdsStyleMode.Off,
      ),
    )
    .tooltip(
      new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending),
    )
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .placement(legendRight ? LegendPlacement.Right : LegendPlacement.Bottom)
        .calcs(['lastNotNull', 'max']),
    );
  if (o.max !== undefined) panel.max(o.max);
  for (const [name, color] of Object.entries(o.colors ?? {})) {
    panel.overrideByName(name, [fixed(color)]);
  }
  // Limits first, so that no long legend hides them.
  const ordered = [...o.series].sort((a, b) => Number(!a.limit) - Number(!b.limit));
  ordered.forEach((series, i) => {
    panel.withTarget(range(series.expr, i, series.legend));
    const look = seriesLook(series);
    if (look.length) panel.overrideByQuery(refId(i), look);
  });
  return panel;
}

/** How many are in which bucket, over time; the buckets are a picture of the present. */
export function heatmap(o: Common & {expr: string}): cog.Builder<Panel> {
  return common(new HeatmapPanel(), o)
    .withTarget(range(o.expr, 0, '{{le}}').format(PromQueryFormat.Heatmap))
    .calculate(false)
    .color(
      new HeatmapColorOptionsBuilder()
        .mode(HeatmapColorMode.Scheme)
        .scheme('Oranges')
        .steps(64)
        .exponent(0.5)
        .reverse(false),
    )
    .yAxis(new YAxisConfigBuilder().unit(o.unit))
    .cellGap(1)
    .showLegend();
}

/** What was the case when: a band for each series, where the value is 1. */
export function timeline(
  o: Common & {expr: string; legend: string; mappings: ValueMapping[]},
): cog.Builder<Panel> {
  return common(new StateTimelinePanel(), o)
    .withTarget(range(o.expr, 0, o.legend))
    .colorScheme(coloured(FieldColorModeId.Thresholds))
    .mappings(o.mappings)
    .showValue(VisibilityMode.Never)
    .rowHeight(0.8)
    .lineWidth(0)
    .fillOpacity(85)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(false)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    );
}

/** The text that a pattern finds, with $1 for its group. */
export const rewritten = (pattern: string, text: string): ValueMapping => ({
  type: MappingType.RegexToText,
  options: {pattern, result: {text, index: 0}},
});

export interface Look {
  name: string;
  unit?: string;
  decimals?: number;
  width?: number;
  thresholds?: Threshold[];
  /** A bar in the cell, up to this; `own`: up to the largest of the column. */
  gauge?: number | 'own';
  mappings?: ValueMapping[];
  links?: Link[];
}

/** What a label says of each row, or the value that a query has for it. */
export type Column = Look & ({label: string} | {query: string});

function columnLook(c: Column): DynamicConfigValue[] {
  const look: DynamicConfigValue[] = [];
  const set = (id: string, value: unknown) => look.push({id, value});
  // Ports are numbers to a formatter, and names to people.
  if ('label' in c) set('unit', 'string');
  else set('unit', c.unit ?? 'locale');
  set('noValue', '');
  if (c.mappings) set('custom.align', 'left');
  if (c.decimals !== undefined) set('decimals', c.decimals);
  if (c.width) set('custom.width', c.width);
  if (c.mappings) set('mappings', c.mappings);
  if (c.links)
    set(
      'links',
      c.links.map((link) => built(link).build()),
    );
  if (c.thresholds) set('thresholds', {mode: ThresholdsMode.Absolute, steps: c.thresholds});
  if (c.thresholds || c.mappings) set('color', {mode: FieldColorModeId.Thresholds});
  if (c.gauge !== undefined) {
    set('custom.cellOptions', {type: 'gauge', mode: 'basic', valueDisplayMode: 'text'});
    set('min', 0);
    if (c.gauge === 'own') set('fieldMinMax', true);
    else set('max', c.gauge);
    if (!c.thresholds) set('color', {mode: FieldColorModeId.Fixed, fixedColor: 'blue'});
  } else if (c.thresholds || c.mappings) {
    set('custom.cellOptions', {type: 'color-text'});
  }
  return look;
}

/** Rows joined by their labels. The first column that is a value orders them. */
export function table(
  o: Common & {
    /** A query for the rows alone, where no column has one. */
    rows?: string;
    columns: Column[];
    sortBy: string;
    ascending?: boolean;
  },
): cog.Builder<Panel> {
  const panel = common(new TablePanel(), o);
  const queries = o.columns.flatMap((column) => ('query' in column ? [column.query] : []));
  if (o.rows) queries.push(o.rows);
  queries.forEach((expr, i) => panel.withTarget(instant(expr, i).format(PromQueryFormat.Table)));
  // Grafana calls the value of the only query Value, and those of several Value #A, Value #B.
  let next = 0;
  const fields = o.columns.map((column) => {
    if ('label' in column) return column.label;
    return queries.length === 1 ? 'Value' : `Value #${refId(next++)}`;
  });
  panel
    .withTransformation({id: 'merge', options: {}})
    .withTransformation({id: 'filterFieldsByName', options: {include: {names: fields}}})
    .withTransformation({
      id: 'organize',
      options: {
        indexByName: Object.fromEntries(fields.map((field, i) => [field, i])),
        renameByName: Object.fromEntries(o.columns.map(({name}, i) => [fields[i], name])),
      },
    })
    .sortBy([new TableSortByFieldStateBuilder().displayName(o.sortBy).desc(!o.ascending)]);
  for (const column of o.columns) panel.overrideByName(column.name, columnLook(column));
  return panel;
}
