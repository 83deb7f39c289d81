import type { ClosedSets } from '../../src/observe/labels.js';

const LINE = /^(interline_\w+)(?:\{(.*)\})? \S+$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** The labels of our own metrics, `metric label=value`, whose value is in no closed set; buckets and names of processes aside. */
export function strayLabels(text: string, sets: ClosedSets, processes: readonly string[]): string[] {
  const known: Readonly<Record<string, readonly string[]>> = {
    ...sets,
    process: [...processes, 'supervisor'],
    of: ['database', 'queue'],
  };
  return labelsIn(text).flatMap(({ metric, label, value }) => {
    const fine = label === 'le' ? /^(\+Inf|[\d.]+)$/.test(value) : known[label]?.includes(value) === true;
    return fine ? [] : [`${metric} ${label}=${value}`];
  });
}

/** Every label of our own metrics. */
export function labelsIn(text: string): { readonly metric: string; readonly label: string; readonly value: string }[] {
  return text.split('\n').flatMap((line) => {
    const [, metric, labels = ''] = LINE.exec(line) ?? [];
    if (metric === undefined) return [];
    return [...labels.matchAll(LABEL)].map(([, label = '', value = '']) => ({ metric, label, value }));
  });
}
