import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { accepted, accrual, count, idOf } from './operations.js';
import { openStoreBench, request, type StoreBench } from './store-bench.js';

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench();
});
afterAll(async () => {
  await bench.close();
});

it('an operation is answered once it is committed, and not when the commit itself fails', async () => {
  await bench.owner.query(`
    CREATE FUNCTION refuse_late() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no room on the disk''; END';
    CREATE CONSTRAINT TRIGGER refuse_late AFTER INSERT ON operation DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION refuse_late()`);
  const input = accrual(bench.demo);
  await expect(bench.operations.accrue(bench.demo.caller, input, request(input))).rejects.toThrow(
    'no room on the disk',
  );
  expect(await count(bench, 'operation')).toBe(0);
  await bench.owner.query('DROP TRIGGER refuse_late ON operation');
  expect(idOf(await bench.operations.accrue(bench.demo.caller, input, request(input)))).not.toBe('');
});

it('a reference belongs to one operation, whoever writes it', async () => {
  const [first, second] = [await accepted(bench, bench.demo), await accepted(bench, bench.other)];
  const takeOver = 'UPDATE operation SET reference = (SELECT reference FROM operation WHERE id = $1) WHERE id = $2';
  await expect(bench.owner.query(takeOver, [first, second])).rejects.toThrow('operation_reference_key');
});
