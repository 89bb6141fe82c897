// Prometheus's answers as the data frames that Grafana's data source makes of them.
import {FieldType, standardTransformers, toDataFrame} from '@grafana/data';
import {lastValueFrom, of} from 'rxjs';

const TRANSFORMERS = Object.fromEntries(
  Object.values(standardTransformers).map((transformer) => [transformer.id, transformer]),
);
const IDENTITY = {interpolate: (text) => text};

const number = (text) => (text === 'NaN' ? NaN : Number(text.replace('Inf', 'Infinity')));
const samplesOf = (series) => series.values ?? [series.value];

function seriesName(target, labels) {
  const {__name__: name = '', ...rest} = labels;
  if (target.legendFormat) {
    return target.legendFormat.replace(/\{\{(\w+)\}\}/g, (_, label) => labels[label] ?? '');
  }
  const pairs = Object.entries(rest).map(([label, value]) => `${label}="${value}"`);
  return pairs.length ? `${name}{${pairs.join(', ')}}` : name || 'Value';
}

/** A range is evaluated at every step: where there is no value, the line ends. */
function onEveryStep(samples, {start, end, step}) {
  if (samples.length < 2) return samples;
  const first = samples[0][0];
  const known = new Map(samples.map(([at, value]) => [Math.round((at - first) / step), value]));
  const from = -Math.floor((first - start) / step);
  const to = Math.floor((end - first) / step);
  return Array.from({length: to - from + 1}, (_, i) => [
    first + (from + i) * step,
    known.get(from + i) ?? null,
  ]);
}

function frameOfSeries(target, series, range) {
  const samples = onEveryStep(samplesOf(series), range);
  return toDataFrame({
    refId: target.refId,
    fields: [
      {name: 'Time', type: FieldType.time, values: samples.map(([at]) => 1000 * at)},
      {
        name: 'Value',
        type: FieldType.number,
        labels: series.metric,
        values: samples.map(([, value]) => (value === null ? null : number(value))),
        config: {displayNameFromDS: seriesName(target, series.metric)},
      },
    ],
  });
}

function frameOfTable(target, answer, valueName) {
  const labels = [...new Set(answer.flatMap(({metric}) => Object.keys(metric)))].sort();
  return toDataFrame({
    refId: target.refId,
    fields: [
      {name: 'Time', type: FieldType.time, values: answer.map(({value}) => 1000 * value[0])},
      ...labels.map((label) => ({
        name: label,
        type: FieldType.string,
        values: answer.map(({metric}) => metric[label]),
      })),
      {name: valueName, type: FieldType.number, values: answer.map(({value}) => number(value[1]))},
    ],
  });
}

async function transformed(panel, frames) {
  for (const {id, options} of panel.transformations ?? []) {
    frames = await lastValueFrom(of(frames).pipe(TRANSFORMERS[id].operator(options, IDENTITY)));
  }
  return frames;
}

export async function framesOf(panel, answers, range) {
  const {targets} = panel;
  if (panel.type === 'table') {
    const frames = targets.map((target) =>
      frameOfTable(
        target,
        answers[target.refId] ?? [],
        targets.length > 1 ? `Value #${target.refId}` : 'Value',
      ),
    );
    return frames.some(({length}) => length) ? transformed(panel, frames) : [];
  }
  return targets.flatMap((target) =>
    (answers[target.refId] ?? []).map((series) => frameOfSeries(target, series, range)),
  );
}

/** Cumulative buckets, lowest first, as numbers of their own: [{le, values: [[at, count]]}]. */
export function bucketsOf(answer) {
  const sorted = [...answer].sort((a, b) => number(a.metric.le) - number(b.metric.le));
  return sorted.map(({metric, values}, i) => {
    const below = new Map(i ? sorted[i - 1].values : []);
    return {
      le: metric.le,
      values: values.map(([at, count]) => [at, Math.max(0, count - (below.get(at) ?? 0))]),
    };
  });
}
