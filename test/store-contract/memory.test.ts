import { openMemory } from './bench.js';
import { describeStore } from './describe-store.js';

describeStore('the store in memory', openMemory);
