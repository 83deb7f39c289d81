/** What a request brings and what it gets, as the implementations of other ports need it: caller, key, page, answer, problem. */
export type { Authenticate, Caller, Scope } from '../access/caller.js';
export type { Answer, IdempotentRequest, Page, PageRequest, StoredAnswer } from '../answer.js';
export { invalid, Problem } from '../problem.js';
