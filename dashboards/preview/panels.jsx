// The kinds of panels, drawn with Grafana's components; heat map and state timeline, which are not
// among those, with shapes of our own.
import {
  applyFieldOverrides,
  cacheFieldDisplayNames,
  FieldConfigOptionsRegistry,
  getDisplayValueAlignmentFactors,
  getFieldDisplayValues,
  getValueFormat,
  formattedValueToString,
} from '@grafana/data';
import {BarGauge, BigValue, TimeSeries, useTheme2, VizRepeater} from '@grafana/ui';
import {TableNG} from '@grafana/ui/unstable';
import React from 'react';

import {bucketsOf} from './frames.js';

const PROPERTIES = [
  'unit',
  'decimals',
  'min',
  'max',
  'mappings',
  'thresholds',
  'color',
  'links',
  'noValue',
  'fieldMinMax',
  'custom.width',
  'custom.align',
  'custom.cellOptions',
  'custom.lineStyle',
  'custom.fillOpacity',
  'custom.stacking',
  'custom.hideFrom',
  'custom.lineWidth',
  'custom.drawStyle',
  'custom.showPoints',
  'custom.gradientMode',
  'custom.thresholdsStyle',
  'custom.axisPlacement',
  'custom.lineInterpolation',
  'custom.spanNulls',
  'custom.scaleDistribution',
];
const registry = new FieldConfigOptionsRegistry(() =>
  PROPERTIES.map((id) => ({
    id,
    name: id,
    path: id.replace('custom.', ''),
    isCustom: id.startsWith('custom.'),
    process: (value) => value,
    shouldApply: () => true,
    override: () => null,
    editor: () => null,
  })),
);

const unchanged = (text) => text;

/** The lowest threshold has no value in JSON. */
function withLowest(config) {
  if (Array.isArray(config)) return config.map(withLowest);
  if (!config || typeof config !== 'object') return config;
  const copy = Object.fromEntries(Object.entries(config).map(([k, v]) => [k, withLowest(v)]));
  if (copy.value === null && copy.color) copy.value = -Infinity;
  return copy;
}

function withOverrides(panel, frames, theme) {
  const shown = applyFieldOverrides({
    data: frames,
    fieldConfig: withLowest(panel.fieldConfig),
    fieldConfigRegistry: registry,
    theme,
    replaceVariables: unchanged,
    timeZone: 'utc',
  });
  cacheFieldDisplayNames(shown);
  return shown;
}

const displayValues = (panel, frames, theme) =>
  getFieldDisplayValues({
    data: withOverrides(panel, frames, theme),
    fieldConfig: withLowest(panel.fieldConfig),
    theme,
    reduceOptions: panel.options.reduceOptions,
    replaceVariables: unchanged,
    timeZone: 'utc',
  });

function NoData({panel}) {
  const text = panel.fieldConfig.defaults.noValue ?? 'No data';
  return <div className="no-data">{text}</div>;
}

function Stat({panel, frames, width, height}) {
  const theme = useTheme2();
  const [{display}] = displayValues(panel, frames, theme);
  const {colorMode, graphMode, textMode} = panel.options;
  return (
    <BigValue
      theme={theme}
      width={width}
      height={height}
      value={{...display, title: undefined}}
      colorMode={colorMode}
      graphMode={graphMode}
      textMode={textMode ?? 'auto'}
      justifyMode="auto"
    />
  );
}

function Bars({panel, frames, width, height}) {
  const theme = useTheme2();
  if (!frames.length) return <NoData panel={panel} />;
  const {displayMode, namePlacement, showUnfilled, minVizHeight, maxVizHeight} = panel.options;
  return (
    <VizRepeater
      width={width}
      height={height}
      source={frames}
      orientation="horizontal"
      itemSpacing={6}
      minVizHeight={minVizHeight}
      maxVizHeight={maxVizHeight}
      renderCounter={0}
      getValues={() => displayValues(panel, frames, theme)}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      renderValue={({value: {field, display, view, colIndex}, alignmentFactors, ...box}) => (
        <BarGauge
          theme={theme}
          width={box.width}
          height={box.height}
          value={display}
          field={field}
          display={view?.getFieldDisplayProcessor(colIndex)}
          orientation="horizontal"
          displayMode={displayMode}
          namePlacement={namePlacement}
          showUnfilled={showUnfilled}
          alignmentFactors={alignmentFactors}
          itemSpacing={6}
          valueDisplayMode="color"
        />
      )}
    />
  );
}

function Graph({panel, frames, width, height, range}) {
  const theme = useTheme2();
  if (!frames.length) return <NoData panel={panel} />;
  const {legend} = panel.options;
  return (
    <TimeSeries
      frames={withOverrides(panel, frames, theme)}
      width={width}
      height={height}
      timeRange={range}
      timeZone="utc"
      legend={legend}
      options={panel.options}
    />
  );
}

function Rows({panel, frames, width, height}) {
  const theme = useTheme2();
  const [frame] = withOverrides(panel, frames, theme);
  if (!frame?.length) return <NoData panel={panel} />;
  return (
    <TableNG
      data={frame}
      width={width}
      height={height}
      cellHeight="sm"
      enablePagination={false}
      initialSortBy={panel.options.sortBy}
      fieldConfig={panel.fieldConfig}
      structureRev={1}
    />
  );
}

const AXIS = {left: 64, bottom: 20};
const clock = (seconds) => new Date(1000 * seconds).toISOString().slice(11, 19);
const ticksOf = ({start, end}) =>
  [0.1, 0.3, 0.5, 0.7, 0.9].map((share) => start + share * (end - start));

function TimeAxis({range, x, y, color}) {
  return ticksOf(range).map((at) => (
    <text key={at} x={x(at)} y={y} fill={color} fontSize={12} textAnchor="middle">
      {clock(at)}
    </text>
  ));
}

function Heatmap({panel, answers, width, height, seconds}) {
  const theme = useTheme2();
  const buckets = bucketsOf(answers.A ?? []);
  if (!buckets.length) return <NoData panel={panel} />;
  const legend = 26;
  const most = Math.max(1, ...buckets.flatMap(({values}) => values.map(([, count]) => count)));
  const [w, h] = [width - AXIS.left - 8, height - AXIS.bottom - legend];
  const x = (at) => AXIS.left + (w * (at - seconds.start)) / (seconds.end - seconds.start);
  const rowHeight = h / buckets.length;
  const y = (i) => h - (i + 1) * rowHeight;
  const color = (share) => `rgba(255, 140, 26, ${Math.sqrt(share)})`;
  const format = getValueFormat(panel.fieldConfig.defaults.unit);
  const name = (le) => (le === '+Inf' ? 'more' : formattedValueToString(format(Number(le))));
  return (
    <svg width={width} height={height}>
      {buckets.map(({le, values}, i) => (
        <g key={le}>
          <text
            x={AXIS.left - 6}
            y={y(i) + rowHeight / 2 + 4}
            fill={theme.colors.text.secondary}
            fontSize={12}
            textAnchor="end"
          >
            {name(le)}
          </text>
          <rect
            x={AXIS.left}
            y={y(i)}
            width={w}
            height={rowHeight - 1}
            fill={theme.colors.background.secondary}
          />
          {values
            .filter(([, count]) => count)
            .map(([at, count]) => (
              <rect
                key={at}
                x={x(at)}
                y={y(i)}
                width={Math.max(1, (w * seconds.step) / (seconds.end - seconds.start) - 1)}
                height={rowHeight - 1}
                fill={color(count / most)}
              />
            ))}
        </g>
      ))}
      <TimeAxis range={seconds} x={x} y={h + 15} color={theme.colors.text.secondary} />
      {Array.from({length: 40}, (_, i) => (
        <rect
          key={i}
          x={AXIS.left + 4 * i}
          y={height - 14}
          width={4}
          height={10}
          fill={color(i / 39)}
        />
      ))}
      <text
        x={AXIS.left - 6}
        y={height - 4}
        fill={theme.colors.text.secondary}
        fontSize={12}
        textAnchor="end"
      >
        0
      </text>
      <text x={AXIS.left + 168} y={height - 4} fill={theme.colors.text.secondary} fontSize={12}>
        {most} sockets
      </text>
    </svg>
  );
}

function Timeline({panel, frames, width, height, seconds}) {
  const theme = useTheme2();
  const series = withOverrides(panel, frames, theme);
  if (!series.length) return <NoData panel={panel} />;
  const left = 210;
  const [w, h] = [width - left - 8, height - AXIS.bottom];
  const rowHeight = h / series.length;
  const x = (at) => left + (w * (at - seconds.start)) / (seconds.end - seconds.start);
  return (
    <svg width={width} height={height}>
      {series.map(({fields: [time, value]}, i) => (
        <g key={i}>
          <text
            x={left - 8}
            y={i * rowHeight + rowHeight / 2 + 4}
            fontSize={12}
            textAnchor="end"
            fill={theme.colors.text.primary}
          >
            {value.config.displayNameFromDS}
          </text>
          {time.values.map((at, j) =>
            value.values[j] === null ? null : (
              <rect
                key={at}
                x={x(at / 1000)}
                y={i * rowHeight + rowHeight * 0.1}
                height={rowHeight * 0.8}
                width={(w * seconds.step) / (seconds.end - seconds.start) + 0.5}
                fill={value.display(value.values[j]).color}
              />
            ),
          )}
        </g>
      ))}
      <TimeAxis range={seconds} x={x} y={h + 15} color={theme.colors.text.secondary} />
    </svg>
  );
}

export const KINDS = {
  stat: Stat,
  bargauge: Bars,
  timeseries: Graph,
  table: Rows,
  heatmap: Heatmap,
  'state-timeline': Timeline,
};
