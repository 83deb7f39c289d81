import { afterEach, describe, expect, it } from '@jest/globals';
import { processIdentity } from '../../src/process/process-identity.js';
import { type Program, runProgram } from './program.js';
import { until } from './until.js';

type Line = Readonly<Record<string, unknown>>;

describe('the supervisor', () => {
  const programs: Program[] = [];
  const supervise = async (...children: readonly string[]): Promise<Program> => {
    const program = runProgram('supervise', ...children);
    programs.push(program);
    await until(() => program.lines.some((line) => 'allReady' in line || 'failed' in line));
    return program;
  };
  const lives = (program: Program, child: string): Line[] =>
    program.lines.filter((line) => line['event'] === 'child-ready' && line['child'] === child);
  const pidOf = (program: Program, child: string): number => Number(lives(program, child).at(-1)?.['pid']);
  const ends = (program: Program): unknown[] =>
    program.lines.flatMap((line) => (['stopping', 'stopped', 'afterStop'].some((key) => key in line) ? [line] : []));

  afterEach(() => {
    // Their children end with them, which a test below holds them to.
    for (const program of programs.splice(0)) program.process.kill('SIGKILL');
  });

  it('tells what its children said when they were ready', async () => {
    const program = await supervise('api:1', 'worker:2');
    const allReady = { api: { name: 'api', ready: true }, worker: { name: 'worker', ready: true } };
    expect(program.lines).toContainEqual({ allReady });
  });

  it('starts a child again whenever it dies, and leaves the others alone', async () => {
    const program = await supervise('api:1', 'worker:2');
    for (let life = 1; life <= 3; life += 1) {
      process.kill(pidOf(program, 'worker'), 'SIGKILL');
      await until(() => lives(program, 'worker').length === life + 1);
    }
    expect(lives(program, 'api')).toHaveLength(1);
    const deaths = program.lines.filter((line) => line['event'] === 'child-died');
    expect(deaths.map((line) => line['restartInMs'])).toEqual([0, 100, 200]);
    expect(deaths.map((line) => line['signal'])).toEqual(['SIGKILL', 'SIGKILL', 'SIGKILL']);
  });

  it('stops stage by stage, each after the one before has drained', async () => {
    const program = await supervise('sandbox:3', 'worker:2', 'api:1');
    program.process.kill('SIGTERM');
    expect(await program.exited()).toBe(0);
    expect(ends(program)).toEqual([
      ...['api', 'worker', 'sandbox'].flatMap((name) => [{ stopping: name }, { stopped: name }]),
      { afterStop: true },
    ]);
  });

  it('takes the two signals that one Ctrl-C sends through npm for one, and drains', async () => {
    const program = await supervise('api:1', 'worker:2');
    program.process.kill('SIGINT');
    program.process.kill('SIGINT');
    expect(await program.exited()).toBe(0);
    expect(ends(program)).toContainEqual({ stopped: 'worker' });
  });

  it('kills a child that does not stop in time', async () => {
    const program = await supervise('api:1:stubborn', 'worker:2');
    program.process.kill('SIGTERM');
    expect(await program.exited()).toBe(0);
    expect(program.lines).toContainEqual({ event: 'child-killed', child: 'api', reason: 'did not stop within 200 ms' });
    expect(ends(program)).toContainEqual({ stopped: 'worker' });
  });

  it('gives up, with its exit code, when a child cannot start; and stops the others', async () => {
    const program = await supervise('api:1:broken', 'worker:2');
    expect(await program.exited()).toBe(78);
    expect(program.lines).toContainEqual({ failed: 'api ended before it was ready (exit code 78)' });
    expect(ends(program)).toContainEqual({ afterStop: true });
  });

  it('leaves no orphan when it is killed', async () => {
    const program = await supervise('api:1', 'worker:2');
    const children = [pidOf(program, 'api'), pidOf(program, 'worker')];
    expect(children.every((pid) => processIdentity(pid) !== null)).toBe(true);
    program.process.kill('SIGKILL');
    expect(await program.exited()).toBe('SIGKILL');
    await until(() => children.every((pid) => processIdentity(pid) === null));
  });
});
