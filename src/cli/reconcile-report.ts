import type { BreakView, Reconciliations, RunView } from '../core/reconcile/reconciliations.js';
import { fromTypeId } from '../spec/typeid.js';
import { type GatewayDoor, OPERATOR, operatorAs } from './gateway-door.js';
import { table } from './table.js';

/** A run over all tenants, the counts of each that has a part in it, and the breaks that are open. */
export interface ReconcileReport {
  readonly run: RunView;
  readonly tenants: readonly Part[];
  readonly breaks: readonly (BreakView & { readonly tenant: string })[];
}

type Part = Pick<RunView, 'counts' | 'points' | 'openBreaks'> & { readonly tenant: string };

/** Lines that match nobody, or several, are the operator's. */
const NOBODY = '(nobody)';

/** Puts together what each tenant sees of a run: the operator sees all of them. */
export async function reportOn({ gateway, tenants }: GatewayDoor, run: RunView): Promise<ReconcileReport> {
  const id = fromTypeId('rcn', run.id) ?? '';
  const parts: Part[] = [];
  const breaks: ReconcileReport['breaks'][number][] = [];
  for (const { id: tenantId, name: tenant } of [...tenants, { id: OPERATOR, name: NOBODY }]) {
    const seen = await seenBy(gateway.reconciliations, tenantId, id);
    if (seen === null) continue;
    const { counts, points, openBreaks } = seen;
    if (Object.values(counts).every((count) => count === 0) && openBreaks === 0) continue;
    parts.push({ tenant, counts, points, openBreaks });
    const open = openBreaks === 0 ? [] : await openBreaksOf(gateway.reconciliations, tenantId, id);
    breaks.push(...open.map((one) => ({ tenant, ...one })));
  }
  const counts = summed(
    run.counts,
    parts.map((part) => part.counts),
  );
  const points = summed(
    run.points,
    parts.map((part) => part.points),
  );
  const openBreaks = parts.reduce((sum, part) => sum + part.openBreaks, 0);
  return { run: { ...run, counts, points, openBreaks }, tenants: parts, breaks };
}

/** `null`: the run of another tenant's own connection. */
async function seenBy(reconciliations: Reconciliations, tenantId: string, id: string): Promise<RunView | null> {
  try {
    return await reconciliations.get(operatorAs(tenantId), id);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

async function openBreaksOf(reconciliations: Reconciliations, tenantId: string, id: string): Promise<BreakView[]> {
  const open: BreakView[] = [];
  for (const state of ['open', 'assigned'] as const) {
    let cursor: string | undefined;
    do {
      const page = await reconciliations.breaks(operatorAs(tenantId), id, { state }, { limit: 200, cursor }, 'en');
      open.push(...page.items);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
  }
  return open;
}

function summed<T extends Readonly<Record<string, number>>>(shape: T, parts: readonly T[]): T {
  const sums = Object.keys(shape).map((name) => [name, parts.reduce((sum, part) => sum + (part[name] ?? 0), 0)]);
  return Object.fromEntries(sums) as T;
}

/** More than a screen is for programs. */
const SHOWN = 40;

export function asText({ run, tenants, breaks }: ReconcileReport): string {
  const how = run.provisional ? 'the day is still open: what is missing is late, not lost' : 'the day is closed';
  const { quarantine } = run;
  const listed = breaks
    .slice(0, SHOWN)
    .map((one) => [
      one.id,
      one.tenant,
      one.businessDate,
      one.reason,
      String(one.difference),
      one.reference ?? one.supplierReference ?? '',
    ]);
  return [
    `${run.scheme} ${run.businessDate}: ${run.state} (${how})`,
    `${run.id}${run.digest === null ? '' : ` digest ${run.digest}`}`,
    ...(quarantine === null
      ? []
      : [`the settlement is not believed: ${quarantine.reason} at line ${quarantine.line}, ${quarantine.detail}`]),
    ...(tenants.length === 0 ? [] : ['', countsTable(run, tenants)]),
    '',
    breaks.length === 0
      ? 'no break is open'
      : table(['break', 'tenant', 'day', 'reason', 'points', 'reference'], listed),
    ...(breaks.length > SHOWN ? [`and ${breaks.length - SHOWN} more; --json lists all`] : []),
  ].join('\n');
}

const COUNTS = ['lines', 'matched', 'oursOnly', 'theirsOnly', 'duplicated', 'different', 'late', 'foreign'] as const;

function countsTable(run: RunView, tenants: readonly Part[]): string {
  const row = (name: string, { counts, points, openBreaks }: Omit<Part, 'tenant'>): string[] => [
    name,
    ...COUNTS.map((count) => String(counts[count])),
    ...[points.ours, points.theirs, openBreaks].map(String),
  ];
  const headings = [
    'tenant',
    'lines',
    'matched',
    'ours only',
    'theirs only',
    'duplicated',
    'different',
    'late',
    'foreign',
  ];
  return table(
    [...headings, 'our points', 'theirs', 'open breaks'],
    [...tenants.map((part) => row(part.tenant, part)), ...(tenants.length > 1 ? [row('all', run)] : [])],
  );
}
