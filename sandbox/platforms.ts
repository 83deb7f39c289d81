import { cnPartner } from './cn-partner/index.js';
import { operaCloud } from './opera-cloud/index.js';
import type { Platform } from './platform.js';
import { pointsLcp } from './points-lcp/index.js';
import { reference } from './reference/index.js';

/** Every platform the sandbox can play; a new one is a folder of its own and a line here. */
export const PLATFORMS: readonly Platform[] = [pointsLcp, operaCloud, cnPartner, reference];
