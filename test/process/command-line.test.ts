import { describe, expect, it } from '@jest/globals';
import { fromRoot } from '../../src/config/paths.js';
import { interline } from './interline.js';

describe('the command line', () => {
  it.each(['start', 'migrate', 'doctor', 'schemes', 'reconcile', 'resync'])(
    'helps with %s by an example',
    async (verb) => {
      const { code, stdout } = await interline([verb, '--help']);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`Example:\n {2}# .+\n {2}.*interline ${verb}`));
      expect(stdout).toContain('--json');
    },
  );

  it('ends with 78 and one line on a value it cannot use', async () => {
    expect(await interline(['start'], { PORT: 'http' })).toEqual({
      code: 78,
      stdout: '',
      stderr: 'interline: PORT must be a port, 0 to 65535\n',
    });
  });

  it('says it in JSON too when asked to', async () => {
    const { code, stdout } = await interline(['doctor', '--json'], { INTERLINE_ROLES: 'cook' });
    expect(code).toBe(78);
    expect(JSON.parse(stdout)).toEqual({
      error: 'INTERLINE_ROLES must be all, or a list of api, worker, scheduler',
      exitCode: 78,
    });
  });

  it('lists every scheme with the capabilities of its adapter', async () => {
    const { code, stdout } = await interline(['schemes', '--json']);
    expect(code).toBe(0);
    const { items } = JSON.parse(stdout) as { items: { id: string; capabilities: Record<string, unknown> }[] };
    expect(items.map(({ id }) => id)).toContain('northwind-air');
    for (const { capabilities } of items) expect(capabilities).toHaveProperty('accrue');
  });

  it('lists those of other directories instead, with what their settings give them', async () => {
    const { code, stdout } = await interline(['schemes', '--json'], {
      INTERLINE_SCHEMES: fromRoot('adapters/reference/schemes'),
    });
    expect(code).toBe(0);
    const { items } = JSON.parse(stdout) as { items: { id: string; capabilities: { accrue: string } }[] };
    const recoveries = items.map(({ id, capabilities }) => [id, capabilities.accrue]);
    expect(Object.fromEntries(recoveries)).toMatchObject({
      'ref-key': 'key',
      'ref-lookup': 'lookup',
      'ref-file': 'none',
    });
  });
});
