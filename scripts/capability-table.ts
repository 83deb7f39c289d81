import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { adapterFor, adapterOf } from '../adapters/index.js';
import { fromRoot } from '../src/config/paths.js';
import { loadSchemes } from '../src/config/schemes.js';
import { type Capabilities, capabilitiesOf } from '../src/spec/capabilities.js';
import type { Scheme } from '../src/spec/scheme.js';
import { leftOut } from '../test/conformance/left-out.js';

type Language = 'en' | 'zh';

const BEGIN = '<!-- capabilities -->';
const END = '<!-- /capabilities -->';
const READMES: readonly [string, Language][] = [
  ['README.md', 'en'],
  ['README.zh-CN.md', 'zh'],
];

const WORDS = {
  en: {
    head: ['Scheme', 'Id', 'Platform', 'Contract'],
    contract: { published: 'published', reference: 'reference' },
    yes: 'yes',
    recovery:
      'A write shows how it recovers from a lost answer: `key`, the same is sent again under one key; `lookup`, it is looked up ' +
      'first; `none`, a file, a push or a person decides. A `reference` contract is ours, because the supplier publishes none.',
    leftOut: 'What the conformance suite leaves out, and why:',
  },
  zh: {
    head: ['会员计划', '标识', '平台', '接口契约'],
    contract: { published: '公开', reference: '参考' },
    yes: '有',
    recovery:
      '写操作一栏标明应答丢失后的恢复方式：`key`，以同一幂等键重发；`lookup`，先查询再决定；`none`，由结算文件、推送或人工判定。' +
      '“参考”契约由本项目拟定，因为供应商没有公开接口。',
    leftOut: '一致性测试未覆盖的部分及原因：',
  },
};

const CAPABILITIES: Readonly<Record<keyof Capabilities, Readonly<Record<Language, string>>>> = {
  linking: { en: 'Linking', zh: '关联' },
  account: { en: 'Account', zh: '账户' },
  statement: { en: 'Statement', zh: '明细' },
  attach: { en: 'Number on a booking', zh: '订单挂会员号' },
  accrue: { en: 'Accrual', zh: '累积' },
  reverse: { en: 'Reversal', zh: '冲正' },
  redemption: { en: 'Redemption', zh: '兑换' },
  refund: { en: 'Refund', zh: '退还' },
  transfer: { en: 'Transfer', zh: '转让' },
  settlement: { en: 'Settlement', zh: '结算对账' },
  inbound: { en: 'Pushes', zh: '推送' },
  beneficiaries: { en: 'Beneficiaries', zh: '受让人' },
  claims: { en: 'Claims', zh: '补登' },
  mirror: { en: 'Mirror', zh: '镜像' },
};

/** The table and its notes in Markdown: one row a scheme, one column for each capability that any of them has. */
export function capabilityTable(schemes: readonly Scheme[], language: Language): string {
  const words = WORDS[language];
  const rows = schemes.map((scheme) => ({ scheme, capabilities: capabilitiesOf(adapterFor(scheme)) }));
  const names = Object.keys(CAPABILITIES) as (keyof Capabilities)[];
  const shown = names.filter((name) => rows.some(({ capabilities }) => capabilities[name] !== false));
  const lines = rows.map(({ scheme, capabilities }) => [
    scheme.name[language],
    `\`${scheme.id}\``,
    `\`${scheme.adapter}\``,
    words.contract[scheme.contract],
    ...shown.map((name) => cell(capabilities[name], words.yes)),
  ]);
  const head = [...words.head, ...shown.map((name) => CAPABILITIES[name][language])];
  const table = [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
  return [...table, '', words.recovery, '', words.leftOut, '', ...notes(schemes, language)].join('\n');
}

function cell(capability: Capabilities[keyof Capabilities], yes: string): string {
  if (capability === false) return '–';
  return capability === true ? yes : `\`${capability}\``;
}

function notes(schemes: readonly Scheme[], language: Language): string[] {
  const adapters = [...new Set(schemes.map(({ adapter }) => adapter))].sort();
  const [colon, comma, open, close] = language === 'en' ? [': ', ', ', ' (', ')'] : ['：', '、', '（', '）'];
  return adapters.flatMap((id) => {
    const parts = leftOut(adapterOf(id)).map(({ what, reason }) => what[language] + open + reason[language] + close);
    return parts.length === 0 ? [] : [`- \`${id}\`${colon}${parts.join(comma)}`];
  });
}

/** The text with what stands between the markers replaced; `null` where it has no markers. */
export function withTable(text: string, table: string): string | null {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END, begin);
  if (begin < 0 || end < 0) return null;
  return `${text.slice(0, begin + BEGIN.length)}\n${table}\n${text.slice(end)}`;
}

/** Writes the table into both READMEs; with `--check` writes nothing and exits 1 when one is stale, absent or without markers. */
async function main(args: readonly string[]): Promise<number> {
  const check = args.includes('--check');
  const schemes = loadSchemes(fromRoot('schemes'));
  let bad = 0;
  for (const [name, language] of READMES) {
    const text = await readFile(fromRoot(name), 'utf8').catch(() => null);
    const wanted = text === null ? null : withTable(text, capabilityTable(schemes, language));
    if (text === null || wanted === null) {
      process.stdout.write(`${name}: ${text === null ? 'absent' : `no ${BEGIN} … ${END}`}\n`);
      bad += 1;
    } else if (wanted !== text) {
      process.stdout.write(`${name}: ${check ? 'stale; run scripts/capability-table.ts' : 'written'}\n`);
      if (check) bad += 1;
      else await writeFile(fromRoot(name), wanted);
    }
  }
  return bad === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
