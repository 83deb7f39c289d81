import type { Caller } from '../core/access/caller.js';
import type { Operations } from '../core/operation/operations.js';
import { invalid, Problem } from '../core/problem.js';
import { crashPoint } from '../spec/crash-point.js';
import { activityKey } from '../spec/activity.js';
import type { components } from '../../contracts/generated/gateway.js';
import { acceptAccrual } from './accruals.js';
import { jsonOf, MAX_JSON, readBody, requireMediaType } from './body.js';
import type { ContractOperation } from './contract.js';
import type { Exchange } from './exchange.js';
import { noteFault } from './fault.js';
import { idempotentRequest } from './idempotency.js';
import { linesOf, takeTurns, type Turn } from './lines.js';
import { checkAccrual } from './meaning.js';
import { problemOf, renderProblem } from './problem.js';
import { authorised, queryOf, serve, type Door } from './route.js';
import { send } from './send.js';

const MAX_BATCH = 4 * 1024 * 1024;
const MAX_LINES = 1000;
/** Lines under way at once: enough that they share commits, not so many that a batch crowds out single requests. */
const AT_ONCE = 64;
const LINE_COUNT = { zh: '批量须为 1 至 1000 行', en: 'must have 1 to 1000 lines' };

type AccrualLine = components['schemas']['AccrualLine'];

/** What all lines of one batch have in common. */
interface Batch {
  readonly caller: Caller;
  readonly exchange: Exchange;
  readonly operation: ContractOperation;
  readonly operations: Operations;
  readonly deps: Door['deps'];
}

/** `/v1/accruals/batch`. */
export function accrualBatchRoutes(door: Door, operations: Operations): void {
  serve(door, 'createAccrualBatch', async (request, reply, operation) => {
    const { exchange } = reply.locals;
    const caller = await authorised(door, request, reply, operation);
    requireMediaType(request, operation.mediaTypes);
    const lines = linesOf(await readBody(request, MAX_BATCH), MAX_LINES);
    queryOf(request, operation, exchange.language);
    if (lines.length === 0 || lines.length > MAX_LINES) throw invalid('', LINE_COUNT[exchange.language]);
    const batch = { caller, exchange, operation, operations, deps: door.deps };
    const results = await takeTurns(lines, (line) => turnOf(batch, line), AT_ONCE);
    const text = results.map((result, index) => `{"index":${index},${result}}\n`).join('');
    crashPoint('before-batch-answer');
    send(reply, 200, 'application/x-ndjson', text);
  });
}

/** Lines with the same key, or about the same activity, must not overtake each other: which of them is the first decides. */
function turnOf(batch: Batch, bytes: Buffer): Turn {
  try {
    const line = readLine(batch, bytes);
    const names = [`key ${line.idempotencyKey}`, `activity ${activityKey(line.activity)}`];
    return { names, run: () => accrue(batch, line).catch((error: unknown) => told(batch, error)) };
  } catch (error) {
    const result = told(batch, error);
    return { names: [], run: async () => result };
  }
}

function readLine({ operation, exchange }: Batch, bytes: Buffer): AccrualLine {
  if (bytes.length > MAX_JSON) throw new Problem('PAYLOAD_TOO_LARGE');
  const line = jsonOf(bytes, exchange.language);
  operation.checkBody?.(line, exchange.language);
  const checked = line as unknown as AccrualLine;
  checkAccrual(checked, exchange.language);
  return checked;
}

/** A line stands for one `POST /v1/accruals`, and may be sent again as one: it has that request's fingerprint. */
async function accrue({ caller, exchange, operations, deps }: Batch, line: AccrualLine): Promise<string> {
  const { idempotencyKey: key, ...body } = line;
  const request = idempotentRequest(deps, { key, method: 'POST', path: '/v1/accruals', body }, exchange);
  const answer = await operations.accrue(caller, acceptAccrual(body), request);
  const member = answer.contentType === 'application/problem+json' ? 'problem' : 'operation';
  return `"status":${answer.status},"${member}":${answer.body}`;
}

function told({ exchange, deps }: Batch, error: unknown): string {
  const problem = problemOf(error);
  if (problem.code === 'INTERNAL') noteFault(deps.log, error, exchange);
  const { status, body } = renderProblem(problem, exchange);
  return `"status":${status},"problem":${body}`;
}
