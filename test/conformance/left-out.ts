import type { AnyAdapter } from '../../src/spec/adapter.js';
import type { Bilingual } from '../../src/spec/values.js';

/** Something the suite does not run against an adapter, and why. */
export interface LeftOut {
  readonly what: Bilingual;
  readonly reason: Bilingual;
}

const PORTS = {
  linking: { en: 'linking', zh: '关联' },
  account: { en: 'account', zh: '账户' },
  statement: { en: 'statement', zh: '明细' },
  accrual: { en: 'accrual', zh: '累积' },
  reversal: { en: 'reversal', zh: '冲正' },
  redemption: { en: 'redemption', zh: '兑换' },
  hold: { en: 'hold', zh: '积分预留' },
  refund: { en: 'refund', zh: '退还' },
  settlement: { en: 'settlement', zh: '结算文件' },
  inbound: { en: 'pushes', zh: '供应商推送' },
} satisfies Record<string, Bilingual>;

const NO_PORT: Bilingual = { en: 'the adapter has no such port', zh: '该适配器没有此接口' };
const NO_RECOVERY: Bilingual = {
  en: 'it declares no recovery: a file, a push or a person decides',
  zh: '未声明恢复方式，由结算文件、推送或人工判定',
};

const OWN_HOLD: Bilingual = {
  en: 'the supplier has none: points are reserved in our own books',
  zh: '供应商无此接口，积分仅在本系统账内预留',
};

/** Read from the ports alone, so that nobody can forget to say it; empty for an adapter with everything. */
export function leftOut({ linking, member, accrual, redemption, settlement, inbound }: AnyAdapter): readonly LeftOut[] {
  const without = (port: keyof typeof PORTS, present: unknown): LeftOut[] =>
    present === undefined ? [{ what: PORTS[port], reason: NO_PORT }] : [];
  const unrecovered = (
    port: 'accrual' | 'reversal' | 'refund',
    write: { idempotency: string } | undefined,
  ): LeftOut[] => {
    const { en, zh } = PORTS[port];
    const what = { en: `${en} with a lost answer`, zh: `应答丢失的${zh}` };
    return write?.idempotency === 'none' ? [{ what, reason: NO_RECOVERY }] : [];
  };
  return [
    ...without('linking', linking),
    ...without('account', member),
    ...without('statement', member?.statement),
    ...without('accrual', accrual),
    ...unrecovered('accrual', accrual?.accrue),
    ...without('reversal', accrual?.reverse),
    ...unrecovered('reversal', accrual?.reverse),
    ...without('redemption', redemption),
    ...(redemption?.flow === 'one-step' ? [{ what: PORTS.hold, reason: OWN_HOLD }] : []),
    ...(redemption === undefined ? [] : without('refund', redemption.refund)),
    ...unrecovered('refund', redemption?.refund),
    ...without('settlement', settlement),
    ...without('inbound', inbound),
  ];
}
