import { randomInt } from 'node:crypto';
import express, { type Request, type Response, type Router } from 'express';
import { balanceOf } from '../platform.js';
import type { BookRow, Posting } from './books.js';
import { readFaultPlan } from './faults.js';
import type { Member } from './members.js';
import type { PlayedScheme } from './played-scheme.js';
import { answerProblem, ControlProblem } from './problem.js';
import { MISCHIEF_KINDS } from './settlement.js';
import { Field } from './shape.js';
import type { Store } from './store.js';

/** What the control API acts on. `reset` forgets everything, the schemes it was given included. */
export interface Controlled {
  readonly schemes: ReadonlyMap<string, PlayedScheme>;
  readonly store: Store;
  readonly reset: () => void;
}

type Act = (played: PlayedScheme, req: Request, body: Field) => unknown;

const MAX_MEMBERS = 20_000;

/** The control API under `/_control`: it is no supplier's, so no fault is ever played on it. */
export function controlRouter(controlled: Controlled): Router {
  const router = express.Router();
  router.use(express.json({ type: () => true, limit: '1mb', strict: false }));

  const on = (act: Act, status = 200) => {
    return (req: Request, res: Response): void => {
      const played = controlled.schemes.get(String(req.params['scheme']));
      if (!played)
        throw new ControlProblem(404, 'SCHEME_NOT_FOUND', `No scheme ${String(req.params['scheme'])} is played.`);
      const body = new Field(req.body ?? {});
      const answer = controlled.store.commit(() => act(played, req, body));
      if (answer === undefined) res.status(204).end();
      else res.status(status).json(answer);
    };
  };
  router.get('/schemes', (_req, res) => {
    res.json(controlled.store.commit(() => Array.from(controlled.schemes.values(), described)));
  });
  router.post('/reset', (_req, res) => {
    controlled.reset();
    res.status(204).end();
  });
  router.post('/:scheme/members', on(createMembers, 201));
  router.put('/:scheme/faults', on(putFaults));
  router.delete(
    '/:scheme/faults',
    on((played) => played.faults.clear()),
  );
  router.get('/:scheme/books', on(readBooks));
  router.post('/:scheme/activity', on(ownActivity, 201));
  router.post('/:scheme/mischief', on(plantMischief, 201));
  router.post('/:scheme/close-day', on(closeDay));
  router.use((req) => {
    throw new ControlProblem(404, 'NOT_FOUND', `The control API has no ${req.method} ${req.path}.`);
  });
  router.use(answerProblem);
  return router;
}

function described({ scheme, days }: PlayedScheme): unknown {
  return { id: scheme.id, name: scheme.name, kind: scheme.kind, adapter: scheme.adapter, businessDate: days.open() };
}

function createMembers(played: PlayedScheme, _req: Request, body: Field): unknown {
  body.only('count', 'seed');
  const count = body.at('count').whole({ min: 1, max: MAX_MEMBERS });
  const seed = body.at('seed').optional((field) => field.whole()) ?? randomInt(2 ** 32);
  const shown = (member: Member): unknown => ({
    memberNumber: member.number,
    familyName: member.familyName,
    givenName: member.givenName,
    balance: balanceOf(played, member),
    form: played.play.form(member),
  });
  try {
    return played.members.create(count, seed).map(shown);
  } catch (error) {
    if (error instanceof RangeError) return body.at('count').fail(error.message);
    throw error;
  }
}

function putFaults(played: PlayedScheme, _req: Request, body: Field): unknown {
  const plan = readFaultPlan(body);
  played.faults.put(plan);
  return plan;
}

/** `after` is the supplier reference of the last posting already seen; totals are over all of them. */
function readBooks(played: PlayedScheme, req: Request): unknown {
  const after = req.query['after'];
  const rows = played.books.rows();
  const start = after === undefined ? 0 : rows.findIndex((row) => row.supplierReference === after) + 1;
  if (after !== undefined && start === 0) new Field(after, '/after').fail('is not the supplierReference of a posting');
  return { postings: rows.slice(start).map(posting), totals: played.books.totals() };
}

function posting(row: BookRow): Posting {
  const { reference, supplierReference, memberNumber, points, kind, postedAt } = row;
  return { reference, supplierReference, memberNumber, points, kind, postedAt };
}

/** Points signed from the member: a private trip earns, a private award costs. */
function ownActivity(played: PlayedScheme, _req: Request, body: Field): unknown {
  body.only('memberNumber', 'points', 'activity');
  const member = played.members.byNumber(body.at('memberNumber').text());
  if (!member) return body.at('memberNumber').fail('is no member of this scheme');
  const points = body.at('points').whole();
  if (points === 0) return body.at('points').fail('must not be 0');
  const row = played.books.apply({
    reference: null,
    supplierReference: played.books.nextReference('OWN'),
    memberNumber: member.number,
    points,
    kind: points > 0 ? 'accrual' : 'redemption',
    detail: { activity: body.at('activity').optional((field) => field.record()) ?? {} },
  });
  played.play.posted?.(row);
  return posting(row);
}

function plantMischief(played: PlayedScheme, _req: Request, body: Field): unknown {
  body.only('kind', 'count', 'businessDate');
  const kind = body.at('kind').oneOf(MISCHIEF_KINDS);
  const count = body.at('count').whole({ min: 1, max: 10_000 });
  const businessDate = body.at('businessDate').date();
  const planted = played.settlement.plant(kind, count, businessDate);
  if ('available' in planted) return body.at('count').fail(`is more than the ${planted.available} lines there are`);
  return { kind, businessDate, references: planted };
}

/** Without a date the open one; a date that is closed already is told again, one that has not begun is refused. */
function closeDay(played: PlayedScheme, _req: Request, body: Field): unknown {
  body.only('businessDate');
  const open = played.days.open();
  const date = body.at('businessDate').optional((field) => field.date()) ?? open;
  if (date > open) return body.at('businessDate').fail(`has not begun; the open day is ${open}`);
  if (date === open) played.days.close();
  return played.settlement.summary(date);
}
