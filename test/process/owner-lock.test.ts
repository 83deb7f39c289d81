import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { acquireOwnerLock, ownerOf } from '../../src/process/owner-lock.js';
import { processIdentity } from '../../src/process/process-identity.js';
import { StartRefused } from '../../src/process/start-refused.js';
import { type Program, runProgram } from './program.js';

describe('the owner lock of a data directory', () => {
  let directory: string;
  const programs: Program[] = [];
  const contender = (): Program => {
    const program = runProgram('hold-lock', directory);
    programs.push(program);
    return program;
  };

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'owner lock '));
  });
  afterEach(() => {
    for (const program of programs.splice(0)) program.process.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });

  it('belongs to one owner, who can give it up', async () => {
    const lock = await acquireOwnerLock(directory);
    expect(ownerOf(directory)).toBe(process.pid);
    await expect(acquireOwnerLock(directory)).rejects.toThrow(`is in use by process ${process.pid}`);
    lock.release();
    expect(ownerOf(directory)).toBeNull();
    (await acquireOwnerLock(directory)).release();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('refuses another process with one line and an exit code of its own', async () => {
    const first = contender();
    await first.line({ owns: true });
    const refusal = await acquireOwnerLock(directory).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StartRefused);
    expect(refusal).toMatchObject({ exitCode: 75 });
    expect((refusal as Error).message).toMatch(new RegExp(`^the data directory .* in use by process ${first.pid};.*$`));
  });

  it('is free again once its owner was killed', async () => {
    const first = contender();
    await first.line({ owns: true });
    first.process.kill('SIGKILL');
    await first.exited();
    const lock = await acquireOwnerLock(directory);
    expect(ownerOf(directory)).toBe(process.pid);
    lock.release();
  });

  it('does not take a living process with the same pid for the owner', async () => {
    const identity = processIdentity(process.pid)?.id ?? '';
    const another = identity.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
    writeFileSync(path.join(directory, `owner-${process.pid}-${another}-00000000.lock`), 'owns\n');
    expect(ownerOf(directory)).toBeNull();
    (await acquireOwnerLock(directory)).release();
  });

  it('goes to exactly one of several that come at once', async () => {
    const contenders = Array.from({ length: 4 }, contender);
    const answers = await Promise.all(
      contenders.map(async (program) => {
        const answer = await program.line({});
        return answer['owns'];
      }),
    );
    expect(answers.filter((owns) => owns === true)).toHaveLength(1);
  });

  it('says who could help where it cannot be written', async () => {
    const file = path.join(directory, 'a file');
    writeFileSync(file, '');
    await expect(acquireOwnerLock(path.join(file, 'data'))).rejects.toThrow('set INTERLINE_DATA_DIR');
  });
});
