import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fromTypeId } from '../../src/spec/typeid.js';
import { eventually } from '../support/eventually.js';
import { brokenInvariants, ledgerPoints } from '../support/invariants.js';
import { type Ask, type Door, openDoor } from './door.js';
import { effects, linked, type Operation, operationOf, posted } from './requests.js';
import {
  type Break,
  breaksOf,
  closeDay,
  lost,
  plant,
  RECONCILIATIONS,
  type Reconciliation,
  reconciled,
  runIn,
  runOf,
} from './support-desk.js';

const SETTLED = ['northwind-air', 'harbour-hotels', 'china-railway'] as const;
type Settled = (typeof SETTLED)[number];

/** A run that came to nothing, as support and as the operator see it, and how everything stood then. */
interface Mishap {
  readonly run: Reconciliation;
  readonly toTheOperator: Reconciliation;
  readonly breaks: readonly Break[];
  readonly open: Operation['state'];
  readonly points: number;
}

/** A closed day with an accrual of lost outcome in it, whose settlement comes wrong before it comes right, and after. */
interface Story {
  /** Its outcome is unknown. */
  readonly open: Operation;
  /** Planted in the settlement, and found by the run that believed it. */
  readonly planted: string;
  readonly wrongEchoes: readonly Mishap[];
  readonly garbage: readonly Mishap[];
  readonly right: Reconciliation;
  readonly breaks: readonly Break[];
  readonly points: number;
  readonly wrongAgain: Mishap;
  readonly rightAgain: Reconciliation;
  readonly breaksAgain: readonly Break[];
}

let door: Door;
let support: Ask;
const stories = new Map<Settled, Story>();
beforeAll(async () => {
  door = await openDoor();
  support = { key: door.bench.keys.supportKey };
  for (const [scheme, story] of await Promise.all(SETTLED.map(async (one) => [one, await told(one)] as const))) {
    stories.set(scheme, story);
  }
});
afterAll(async () => {
  expect(await brokenInvariants(door.bench.ownerUrl)).toEqual([]);
  expect(door.bench.errors).toEqual([]);
  await door.close();
});

async function told(scheme: Settled): Promise<Story> {
  const { link } = await linked(door, scheme, 'traveller');
  for (let index = 0; index < 3; index += 1) await posted(door, link);
  const open = await lost(door, link, 'commitThenDrop');
  const businessDate = await closeDay(door, scheme);
  const planted = await plant(door, scheme, 'extra-line', businessDate);
  const mishap = (fault: string, seed: number) => broken(scheme, businessDate, open.id, fault, seed);

  const wrongEchoes: Mishap[] = [];
  const garbage: Mishap[] = [];
  for (const seed of SEEDS) wrongEchoes.push(await mishap('wrongEcho', seed));
  for (const seed of SEEDS) garbage.push(await mishap('garbage', seed));
  await door.sandbox.delete(`${scheme}/faults`);
  const right = await reconciled(door, scheme, businessDate, support);
  const breaks = await breaksOf(door, right.id, support);
  const points = await ledgerPoints(door.bench.ownerUrl, scheme);
  const wrongAgain = await mishap('wrongEcho', SEEDS[0]);
  await door.sandbox.delete(`${scheme}/faults`);
  const rightAgain = await reconciled(door, scheme, businessDate, support);
  const breaksAgain = await breaksOf(door, rightAgain.id, support);
  return { open, planted, wrongEchoes, garbage, right, breaks, points, wrongAgain, rightAgain, breaksAgain };
}

/** Between them every way of going wrong is drawn. */
const SEEDS = [1, 3, 5] as const;

/** Asks for a day of a supplier that misbehaves in one way from now on, and waits until that has come to something. */
async function broken(
  scheme: Settled,
  businessDate: string,
  open: string,
  fault: string,
  seed: number,
): Promise<Mishap> {
  await door.sandbox.put(`${scheme}/faults`, { seed, rates: { [fault]: 1 } });
  const body = { scheme, businessDate };
  const { id } = runIn(await door.ask('POST', RECONCILIATIONS, { ...support, body }));
  const run = await eventually(
    () => ended(id),
    (one) => one !== null,
  );
  if (run === null) throw new Error('the run came to nothing');
  return {
    run,
    toTheOperator: await runOf(door, run.id, { key: door.bench.keys.adminKey }),
    breaks: await breaksOf(door, run.id, support),
    open: (await operationOf(door, open)).state,
    points: await ledgerPoints(door.bench.ownerUrl, scheme),
  };
}

/** A run once it rests or waits for another time, or what has taken its place; `null` while it is at work. */
async function ended(id: string): Promise<Reconciliation | null> {
  const [row] = await door.sql<{ ended: boolean }>(
    `SELECT lease_token IS NULL AND coalesce(next_action_at > now() + interval '1 second', true) AS ended
     FROM recon_run WHERE id = $1`,
    [fromTypeId('rcn', id)],
  );
  if (row?.ended !== true) return null;
  const run = await runOf(door, id, support);
  return run.supersededBy === null ? run : ended(run.supersededBy);
}

function storyOf(scheme: Settled): Story {
  const story = stories.get(scheme);
  if (story === undefined) throw new Error(`${scheme} has no story`);
  return story;
}

describe.each(SETTLED)('the settlement of %s', (scheme) => {
  it('that contradicts itself is put aside whole, and why is said', () => {
    const { wrongEchoes } = storyOf(scheme);
    const reasons = wrongEchoes.map(({ run: { quarantine } }) => quarantine?.reason);
    const details = wrongEchoes.map(({ toTheOperator }) => toTheOperator.quarantine?.detail);
    expect(details).toContain(scheme === 'harbour-hotels' ? 'of another day' : 'the file is of another day');
    // A listing whose count is wrong has changed while it was read, which is no settlement at all.
    expect(reasons).toContain('other-day');
    if (scheme !== 'harbour-hotels') expect(reasons).toContain('totals');
    for (const mishap of wrongEchoes) expectNothingOf(mishap);
  });

  it('that is cut off, or none, is put aside or asked for again', () => {
    const { garbage } = storyOf(scheme);
    const reasons = garbage.map(({ run }) => run.quarantine?.reason ?? run.state);
    expect(reasons).toContain(scheme === 'harbour-hotels' ? 'running' : 'cut-off');
    for (const mishap of garbage) expectNothingOf(mishap);
  });

  it('is believed when it comes right, and settles what was open', async () => {
    const { open, right, breaks, planted, points } = storyOf(scheme);
    expect(right).toMatchObject({ state: 'completed', provisional: false, quarantine: null, openBreaks: 1 });
    expect(right).toMatchObject({ counts: { lines: 5, matched: 4, theirsOnly: 1 }, points: { ours: 2_000 } });
    expect(breaks).toMatchObject([{ reference: planted, reason: 'reference-never-sent', state: 'open' }]);
    expect(points).toBe(2_000);
    const operation = await operationOf(door, open.id);
    const told = { state: 'posted', attempts: 1, businessDate: right.businessDate, evidence: { by: 'settlement' } };
    expect([open.state, operation]).toMatchObject(['unknown', told]);
    expect(await effects(door, scheme, open.reference)).toHaveLength(1);
  });

  it('takes nothing back when it comes wrong once more, and is what it was when it is right again', () => {
    const { right, breaks, wrongAgain, rightAgain, breaksAgain } = storyOf(scheme);
    expect(wrongAgain.run).toMatchObject({ state: 'quarantined', supersedes: right.id, digest: null, openBreaks: 1 });
    expect(wrongAgain).toMatchObject({ breaks, open: 'posted', points: 2_000 });
    const { digest, inputSha256, counts, points } = right;
    expect(rightAgain).toMatchObject({ state: 'completed', supersedes: wrongAgain.run.id });
    expect(rightAgain).toMatchObject({ digest, inputSha256, counts, points });
    expect(breaksAgain).toEqual(breaks.map((one) => ({ ...one, reconciliationId: rightAgain.id })));
  });
});

const NOTHING = { lines: 0, matched: 0, oursOnly: 0, theirsOnly: 0, foreign: 0, duplicated: 0, different: 0, late: 0 };

/** Of three accruals that are posted and one whose outcome is unknown nothing has moved. */
function expectNothingOf({ run, toTheOperator, breaks, open, points }: Mishap): void {
  expect(['quarantined', 'waiting', 'running']).toContain(run.state);
  expect(run).toMatchObject({ digest: null, counts: NOTHING, points: { ours: 0, theirs: 0 }, openBreaks: 0 });
  expect(run.quarantine === null).toBe(run.state !== 'quarantined');
  // How many lines there are, and what they come to, is of all that share the connection.
  expect(run.quarantine ?? { line: 0 }).toMatchObject({ line: 0 });
  expect(run.quarantine?.detail ?? '').not.toMatch(/\d/);
  expect(toTheOperator.quarantine?.reason).toBe(run.quarantine?.reason);
  expect({ breaks, open, points }).toEqual({ breaks: [], open: 'unknown', points: 1_500 });
}
