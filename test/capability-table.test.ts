import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { capabilityTable, withTable } from '../scripts/capability-table.js';
import { fromRoot } from '../src/config/paths.js';
import { loadSchemes } from '../src/config/schemes.js';

const schemes = loadSchemes(fromRoot('schemes'));
const readmes = [
  ['README.md', 'en'],
  ['README.zh-CN.md', 'zh'],
] as const;

describe('the capability table', () => {
  it.each(['en', 'zh'] as const)('has every scheme by its name (%s), and every row as wide as the head', (language) => {
    const rows = capabilityTable(schemes, language)
      .split('\n')
      .filter((line) => line.startsWith('|'));
    const [head, , ...lines] = rows.map((row) => row.split('|').length);
    expect(lines).toEqual(schemes.map(() => head));
    for (const { name, id } of schemes) {
      expect(rows.filter((row) => row.startsWith(`| ${name[language]} | \`${id}\` |`))).toHaveLength(1);
    }
  });

  it('stands between its markers, and only there', () => {
    const text = 'before\n<!-- capabilities -->\nold\n<!-- /capabilities -->\nafter\n';
    const once = withTable(text, 'new');
    expect(once).toBe('before\n<!-- capabilities -->\nnew\n<!-- /capabilities -->\nafter\n');
    expect(withTable(once ?? '', 'new')).toBe(once);
    expect(withTable('no markers', 'new')).toBeNull();
    expect(withTable('<!-- /capabilities --><!-- capabilities -->', 'new')).toBeNull();
  });

  it.each(readmes)('is the one in %s', (name, language) => {
    if (!existsSync(fromRoot(name))) {
      process.stdout.write(`capability table: ${name} is not there yet, so its table was not compared\n`);
      return;
    }
    const text = readFileSync(fromRoot(name), 'utf8');
    expect(withTable(text, capabilityTable(schemes, language))).toBe(text);
  });
});
