import { exposition, isReport, type MetricReport } from '../observe/exposition.js';
import { type Answers, gatherAnswers } from '../process/asking.js';

/** Everything that can be measured, as text. Those who ask at the same time are given the same. */
export function createMeasures(gather: () => Promise<ReadonlyMap<string, MetricReport>>): () => Promise<string> {
  let reading: Promise<string> | null = null;
  return () => {
    reading ??= gather()
      .then(exposition)
      .finally(() => {
        reading = null;
      });
    return reading;
  };
}

/** The numbers of all processes of this start; this process's own where no supervisor answers. */
export async function gatherReports(
  name: string,
  own: () => Promise<MetricReport>,
): Promise<ReadonlyMap<string, MetricReport>> {
  const all = reportsIn((await gatherAnswers('metrics')) ?? {});
  return all.size > 0 ? all : new Map([[name, await own()]]);
}

/** The processes that answered with a report, by name. */
export function reportsIn(answers: Answers): ReadonlyMap<string, MetricReport> {
  return new Map(
    Object.entries(answers).flatMap(([name, answer]) => (isReport(answer) ? [[name, answer] as const] : [])),
  );
}
