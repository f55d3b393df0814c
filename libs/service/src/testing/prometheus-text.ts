/** One metric as /metrics shows it. */
export interface ShownMetric {
  readonly name: string;
  type: string;
  help: string;
  readonly samples: { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)/gy;

/** Reads Prometheus' text format. @throws Error naming the line that is none of it, or belongs to no metric */
export function parsePrometheusText(text: string): Map<string, ShownMetric> {
  const metrics = new Map<string, ShownMetric>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const comment = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line);
    if (comment !== null) {
      const [, kind, name, rest] = comment as unknown as [string, string, string, string];
      const metric = metrics.get(name) ?? { name, type: '', help: '', samples: [] };
      metrics.set(name, metric);
      if (kind === 'HELP') metric.help = rest;
      else metric.type = rest;
      continue;
    }
    const [, name = '', labels = '', value] = SAMPLE.exec(line) ?? [];
    const metric = metrics.get(name) ?? metrics.get(name.replace(/_(bucket|sum|count)$/, ''));
    if (metric === undefined) throw new Error(`not a line of a metric with HELP and TYPE: ${line}`);
    metric.samples.push({ name, labels: labelsOf(labels, line), value: Number(value) });
  }
  return metrics;
}

function labelsOf(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  let end = 0;
  for (let match = LABEL.exec(text); match !== null; match = LABEL.exec(text)) {
    labels[match[1]!] = match[2]!;
    end = LABEL.lastIndex;
  }
  if (end !== text.length) throw new Error(`labels that cannot be read: ${line}`);
  return labels;
}
