// Tables: rows joined by their labels, a column for each label or query.
import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import {TableSortByFieldStateBuilder} from '@grafana/grafana-foundation-sdk/common';
import {
  type DynamicConfigValue,
  FieldColorModeId,
  MappingType,
  type Panel,
  type Threshold,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {PromQueryFormat} from '@grafana/grafana-foundation-sdk/prometheus';
import {PanelBuilder as TablePanel} from '@grafana/grafana-foundation-sdk/table';

import {built, type Link} from './links.js';
import {common, type Common, instant, refId} from './panel.js';

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
