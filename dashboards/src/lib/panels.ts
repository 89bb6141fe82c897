// The kinds of panels that the dashboards are made of.
import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import {
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BarGaugeSizing,
  BigValueColorMode,
  BigValueGraphMode,
  GraphGradientMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {PanelBuilder as BarGaugePanel} from '@grafana/grafana-foundation-sdk/bargauge';
import {
  type DynamicConfigValue,
  FieldColorModeId,
  MappingType,
  type Panel,
  SpecialValueMatch,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  PanelBuilder as HeatmapPanel,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import {PromQueryFormat} from '@grafana/grafana-foundation-sdk/prometheus';
import {PanelBuilder as StateTimelinePanel} from '@grafana/grafana-foundation-sdk/statetimeline';
import {PanelBuilder as StatPanel} from '@grafana/grafana-foundation-sdk/stat';
import {PanelBuilder as TimeSeriesPanel} from '@grafana/grafana-foundation-sdk/timeseries';

import {coloured, common, type Common, instant, range, refId} from './panel.js';
import {COLOR} from './thresholds.js';

const lastOfEach = () => new ReduceDataOptionsBuilder().calcs(['lastNotNull']);

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
