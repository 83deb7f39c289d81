import { openPostgresql } from './bench.js';
import { describeStore } from './describe-store.js';

describeStore('the store in PostgreSQL', openPostgresql);
