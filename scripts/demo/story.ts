import type { Client } from './client.js';
import { tellEarning, tellRecovery } from './earning.js';
import { type Finding, tellReconciling } from './reconciling.js';
import { tellSpending } from './spending.js';
import { setStage, type Step } from './stage.js';

/** Tells the whole story against a running gateway; `tell` hears each step when it is over. Gives what the night found. */
export async function tellStory(client: Client, tell: (step: Step) => void): Promise<Finding[]> {
  const stage = await setStage(client, tell);
  const lost = await tellEarning(stage);
  await tellSpending(stage);
  await tellRecovery(stage, lost);
  return tellReconciling(stage);
}
