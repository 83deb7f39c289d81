// Loaded by Node before the gateway: kills its own process at the boundaries for which there is an order. Plain JavaScript, so that
// it needs no loader.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const { CRASH_ORDERS: orders, CRASH_POINT_MODULE: module } = process.env;
const { onCrashPoint } = await import(module);

onCrashPoint((point) => {
  const order = path.join(orders, point);
  if (!existsSync(order)) return;
  try {
    const passings = Number(readFileSync(order, 'utf8'));
    if (passings > 1) {
      writeFileSync(order, String(passings - 1));
      return;
    }
    // Of two processes that pass it at once the rename lets one die.
    renameSync(order, `${order}.done`);
  } catch {
    return;
  }
  process.kill(process.pid, 'SIGKILL');
});
