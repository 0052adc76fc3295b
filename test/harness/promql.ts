/** What a PromQL expression names, by Prometheus' own grammar, and what an exposition has. */
import { parser } from '@prometheus-io/lezer-promql';

export interface Named {
  /** By metric, the labels that the expression asks of it or groups by. */
  metrics: Map<string, Set<string>>;
  /** Where the expression is not PromQL; empty when it is. */
  faults: string[];
}

/** Labels of a grouping are asked of every metric in the expression that is grouped. */
export function readPromql(expression: string): Named {
  const metrics = new Map<string, Set<string>>();
  const faults: string[] = [];
  const groupings: { from: number; to: number; labels: string[] }[] = [];
  const uses: { metric: string; at: number }[] = [];
  parser.parse(expression).iterate({
    enter({ type, from, to, node }) {
      if (type.isError) faults.push(`${expression.slice(0, from)}⟨here⟩${expression.slice(from)}`);
      if (type.name === 'VectorSelector') {
        const name = node.getChild('Identifier');
        if (!name) return;
        const metric = expression.slice(name.from, name.to);
        const labels = metrics.get(metric) ?? new Set<string>();
        metrics.set(metric, labels);
        uses.push({ metric, at: from });
        node.cursor().iterate((inner) => {
          if (inner.name === 'LabelName') labels.add(expression.slice(inner.from, inner.to));
        });
      }
      if (type.name === 'AggregateExpr') {
        const labels: string[] = [];
        const grouping = node.getChild('AggregateModifier')?.getChild('GroupingLabels');
        grouping?.cursor().iterate((inner) => {
          if (inner.name === 'LabelName') labels.push(expression.slice(inner.from, inner.to));
        });
        groupings.push({ from, to, labels });
      }
    },
  });
  for (const { metric, at } of uses)
    for (const { from, to, labels } of groupings)
      if (at >= from && at < to) for (const label of labels) metrics.get(metric)!.add(label);
  return { metrics, faults };
}

/** By name of the series, as Prometheus stores it, the labels that some series of it has. */
export function readExposition(text: string): Map<string, Set<string>> {
  const series = new Map<string, Set<string>>();
  for (const line of text.split('\n')) {
    const [, name, labels = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+/.exec(line) ?? [];
    if (!name) continue;
    const known = series.get(name) ?? new Set<string>();
    series.set(name, known);
    for (const [, label] of labels.matchAll(/([a-zA-Z_]\w*)="(?:[^"\\]|\\.)*"/g)) known.add(label!);
  }
  return series;
}
