// What a query asks for, by the grammar of Prometheus itself.
import type {SyntaxNode} from '@lezer/common';
import {parser} from '@prometheus-io/lezer-promql';

export interface Matcher {
  label: string;
  operator: string;
  value: string;
}

export interface Selector {
  /** Empty where `__name__` is matched instead. */
  name: string;
  matchers: Matcher[];
  /** The function around it where it is a range. */
  rangeFunction?: string;
}

export interface Query {
  selectors: Selector[];
  /** Labels of `by`, `without`, `on`, `ignoring` and `group_left`. */
  grouping: string[];
  /** Labels kept by the outermost aggregation that makes new series; all where there is none. */
  by?: string[];
}

const K_AGGREGATES = /^(topk|bottomk)/;

function children(node: SyntaxNode, ...names: string[]): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  node.cursor().iterate((inner) => {
    if (names.includes(inner.name)) found.push(inner.node);
  });
  return found;
}

/** Throws where it is not PromQL. */
export function parse(text: string): Query {
  // A range must be a duration to the grammar.
  const source = text.replaceAll('[$__rate_interval]', '[1m]');
  const textOf = (node: SyntaxNode | null | undefined) =>
    node ? source.slice(node.from, node.to) : '';
  const tree = parser.parse(source).topNode;
  const [error] = children(tree, '⚠');
  if (error)
    throw new Error(`not PromQL at "${source.slice(error.from, error.from + 20)}": ${text}`);

  const selectors = children(tree, 'VectorSelector').map((node): Selector => {
    const matchers = children(node, 'UnquotedLabelMatcher').map((matcher) => ({
      label: textOf(matcher.getChild('LabelName')),
      operator: textOf(matcher.getChild('MatchOp')),
      value: textOf(matcher.getChild('StringLiteral')).slice(1, -1),
    }));
    const name = textOf(node.getChild('Identifier'));
    if (node.parent?.name !== 'MatrixSelector') return {name, matchers};
    const call = node.parent.parent?.parent;
    return {name, matchers, rangeFunction: textOf(call?.getChild('FunctionIdentifier'))};
  });
  const grouping = children(tree, 'GroupingLabels').flatMap((labels) =>
    labels.getChildren('LabelName').map(textOf),
  );
  const makesSeries = children(tree, 'AggregateExpr').find(
    (node) => !K_AGGREGATES.test(textOf(node.getChild('AggregateOp'))),
  );
  if (!makesSeries) return {selectors, grouping};
  const modifier = makesSeries.getChild('AggregateModifier');
  if (modifier && !modifier.getChild('By')) return {selectors, grouping};
  const by = modifier?.getChild('GroupingLabels')?.getChildren('LabelName').map(textOf) ?? [];
  if (textOf(makesSeries.getChild('AggregateOp')) === 'count_values') {
    by.push(textOf(children(makesSeries, 'StringLiteral')[0]).slice(1, -1));
  }
  return {selectors, grouping, by};
}
