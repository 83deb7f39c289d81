import type { Caller } from './caller.js';

/** Whether a caller limited to an organisation path may see something of that organisation: the path itself and all below it. */
export function covers(caller: Pick<Caller, 'organisation'>, organisation: string | null): boolean {
  if (caller.organisation === null) return true;
  if (organisation === null) return false;
  return organisation === caller.organisation || organisation.startsWith(`${caller.organisation}/`);
}
