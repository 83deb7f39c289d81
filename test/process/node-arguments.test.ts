import { describe, expect, it } from '@jest/globals';
import { nodeArguments } from '../../src/process/node-arguments.js';

const LOADER = /^file:.*\/tsx\//;

describe('the arguments for Node of a child', () => {
  it('are ours without the debugger', () => {
    expect(nodeArguments('/a/start.js', ['--inspect=0', '--max-old-space-size=300'])).toEqual([
      '--max-old-space-size=300',
    ]);
  });

  it('have the TypeScript loader once for a source file, however ours was loaded', () => {
    for (const own of [
      [],
      ['--import', 'tsx'],
      ['--import=tsx'],
      ['--import', 'file:///x/node_modules/tsx/dist/loader.mjs'],
    ]) {
      expect(nodeArguments('/a/start.ts', own)).toEqual(['--import', expect.stringMatching(LOADER)]);
    }
  });

  it('leave it out for a compiled one, and nothing else', () => {
    const own = ['--import', './clock.mjs', '--import', 'tsx', '--import=/b/my-tsx-like.mjs'];
    expect(nodeArguments('/a/start.js', own)).toEqual(['--import', './clock.mjs', '--import=/b/my-tsx-like.mjs']);
  });
});
