import express, { type Express, type NextFunction, type Request } from 'express';
import { Problem } from '../core/problem.js';
import { adminConnectionRoutes } from './admin-connections.js';
import { accrualRoutes } from './accruals.js';
import { accrualBatchRoutes } from './accruals-batch.js';
import { compileContract } from './contract.js';
import { expressPath, type Method } from './contract-document.js';
import type { Deps } from './deps.js';
import { documentRoutes } from './documents.js';
import { openExchange, type Reply } from './exchange.js';
import { answerFault } from './fault.js';
import { healthRoutes } from './health.js';
import { inboundRoutes } from './inbound.js';
import { linkRoutes } from './links.js';
import { metricsRoutes } from './metrics.js';
import { operationRoutes } from './operations.js';
import { sendProblem } from './problem.js';
import { quoteRoutes } from './quotes.js';
import { reconciliationRoutes } from './reconciliations.js';
import { redemptionRoutes } from './redemptions.js';
import { resyncRoutes } from './resyncs.js';
import type { Door } from './route.js';
import { schemeRoutes } from './schemes.js';
import { approvalRoutes } from './support-approvals.js';
import { supportOperationRoutes } from './support-operations.js';
import { requeueRoutes } from './support-requeues.js';
import { supportSchemeRoutes } from './support-schemes.js';
import { travellerRoutes } from './travellers.js';

const MAX_HEADERS = 100;

/** The gateway's HTTP interface over the use cases; compiles the contract once and validates every request against it. */
export function createApp(deps: Deps): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing').enable('strict routing');
  // Query strings are read strictly, by the operation that knows its parameters.
  app.set('query parser', false);
  app.use(openExchange(deps.log, deps.metricsHook));
  app.use(refuseBadHeaders);

  const door: Door = { app, contract: compileContract(), deps };
  accrualRoutes(door, deps.operations);
  operationRoutes(door, deps.operations);
  linkRoutes(door, deps.links);
  accrualBatchRoutes(door, deps.operations);
  quoteRoutes(door, deps.redemptions);
  redemptionRoutes(door, deps);
  travellerRoutes(door, deps.links);
  schemeRoutes(door, deps.schemes);
  reconciliationRoutes(door, deps.reconciliations);
  resyncRoutes(door, deps.resyncs);
  supportOperationRoutes(door, deps.support);
  approvalRoutes(door, deps.support);
  requeueRoutes(door, deps.support);
  supportSchemeRoutes(door, deps.schemeDesk);
  adminConnectionRoutes(door, deps.connections);
  inboundRoutes(door, deps.inbound);
  healthRoutes(door);
  metricsRoutes(door);
  documentRoutes(door);

  for (const [path, methods] of door.contract.methods) app.all(expressPath(path), refuseMethod(methods));
  app.use(() => {
    throw new Problem('NOT_FOUND');
  });
  app.use(answerFault(deps.log));
  return app;
}

/** Node counts bytes of headers, not lines, and leaves the judgement about Host to us (see server.ts). */
function refuseBadHeaders(request: Request, reply: Reply, next: NextFunction): void {
  if (request.rawHeaders.length > 2 * MAX_HEADERS) {
    sendProblem(reply, { code: 'HEADERS_TOO_LARGE', details: {} });
  } else if (request.httpVersion !== '1.0' && request.headersDistinct['host']?.length !== 1) {
    sendProblem(reply, { code: 'MALFORMED', details: {} });
  } else {
    next();
  }
}

function refuseMethod(methods: readonly Method[]) {
  const allowed = methods.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()])).join(', ');
  return (_request: Request, reply: Reply): void => {
    sendProblem(reply, { code: 'METHOD_NOT_ALLOWED', details: {} }, { Allow: allowed });
  };
}
