import { AggregatorRegistry, type Registry } from 'prom-client';

/** A process's numbers as they travel to whoever tells them. */
export interface MetricReport {
  /** Its own; they get the name of the process as a label. */
  readonly own: readonly Metric[];
  /** Those of the fleet: the same from whoever tells them. */
  readonly fleet: readonly Metric[];
}

interface Metric {
  readonly name: string;
  readonly values: readonly { readonly value: number; readonly labels: Readonly<Record<string, string | number>> }[];
}

export async function reportOf(own: Registry, fleet: Registry | null): Promise<MetricReport> {
  const [mine, ours] = await Promise.all([own.getMetricsAsJSON(), fleet?.getMetricsAsJSON() ?? []]);
  return { own: mine as unknown as Metric[], fleet: ours as unknown as Metric[] };
}

/** Whether something that came from another process is a report. */
export function isReport(value: unknown): value is MetricReport {
  return typeof value === 'object' && value !== null && 'own' in value && 'fleet' in value;
}

/**
 * All processes' numbers as Prometheus reads them. Each keeps its own series: in a sum the counters of a process that begins anew, or
 * does not answer in time, would look like a reset of all, and a rate would count everything again.
 */
export async function exposition(reports: ReadonlyMap<string, MetricReport>): Promise<string> {
  const own = [...reports].map(([name, report]) => report.own.map((metric) => ofProcess(metric, name)));
  const fleet = [...reports.values()].map((report) => report.fleet.map(readable));
  return AggregatorRegistry.aggregate([...own, ...fleet]).metrics();
}

/** `first`: with a label of its own no two processes share a series; prom-client would leave some out instead. */
function ofProcess(metric: Metric, name: string): Metric & { readonly aggregator: 'first' } {
  const { values, ...rest } = readable(metric);
  const labelled = values.map((one) => ({ ...one, labels: { ...one.labels, process: name } }));
  return { ...rest, values: labelled, aggregator: 'first' };
}

/** What was not a number has become null on its way, such as the mean of nothing yet. */
function readable(metric: Metric): Metric {
  return { ...metric, values: metric.values.filter(({ value }) => Number.isFinite(value)) };
}
