// A worker thread does not inherit the loader of TypeScript from its process.
import { register } from 'tsx/esm/api';

register();
await import('./thread.ts');
