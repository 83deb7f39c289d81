import type { Bilingual } from '../../spec/values.js';
import type { VerdictReason } from './reconciliations.js';

/** Why a verdict was given, in a sentence for whoever has to act on it. */
export const VERDICT_SENTENCES: Readonly<Record<VerdictReason, Bilingual>> = {
  'as-sent': {
    zh: '供应商的记录与我方一致。',
    en: 'The supplier has it as we sent it.',
  },
  'settled-by-this-line': {
    zh: '此前结果未知，供应商的这条记录证明已入账。',
    en: 'Its outcome was open; this line of the supplier proves that it was posted.',
  },
  'a-day-late': {
    zh: '供应商晚一天才列出这笔记录，双方一致。',
    en: 'The supplier lists it a day later than it was posted; both sides agree.',
  },
  'not-in-the-settlement': {
    zh: '我方已入账，但供应商该营业日的账上没有这笔记录。',
    en: 'We have it as posted, but the supplier does not have it on that business day.',
  },
  'not-due-yet': {
    zh: '供应商的账上还没有这笔记录，但尚未到应有之时。',
    en: 'The supplier does not list it yet, and does not have to yet.',
  },
  'outcome-still-open': {
    zh: '已发给供应商，结果仍未知。',
    en: 'It was sent to the supplier and its outcome is still open.',
  },
  'reference-never-sent': {
    zh: '供应商列出了一笔属于我方的记录，但我方从未发送过。',
    en: 'The supplier lists a posting as ours that we never sent.',
  },
  'not-ours': {
    zh: '会员自己在供应商处的活动，与我方无关。',
    en: "The member's own business with the supplier; it has nothing to do with us.",
  },
  'line-repeated': {
    zh: '供应商把同一笔操作列了不止一次。',
    en: 'The supplier lists the same operation more than once.',
  },
  'points-differ': {
    zh: '供应商记录的积分与我方不同。',
    en: 'The supplier lists other points than we asked for.',
  },
  'member-differs': {
    zh: '供应商把这笔操作记在了另一位会员名下。',
    en: 'The supplier lists it for another member.',
  },
  'kind-differs': {
    zh: '供应商记录的业务类型与我方的操作不同。',
    en: 'The supplier lists it as another kind of operation.',
  },
  'day-differs': {
    zh: '供应商列出的营业日与我方所知相差一天以上。',
    en: 'The supplier lists it more than a day away from the day that we know.',
  },
  'we-ended-it-otherwise': {
    zh: '供应商显示已入账，而我方账上没有入账。',
    en: 'The supplier lists it as posted; in our books it did not end that way.',
  },
  'we-never-sent-it': {
    zh: '供应商显示已入账，而我方从未发送这笔操作。',
    en: 'The supplier lists it as posted, but we never sent it.',
  },
};

/** How a break ended without a person, by what ended it. */
export const RESOLUTION_SENTENCES = {
  'line-came': {
    zh: '供应商后来的结算列出了这笔记录。',
    en: 'A later settlement of the supplier lists it.',
  },
  'no-longer-found': {
    zh: '供应商更正后的结算中不再有此差异。',
    en: "The supplier's corrected settlement no longer shows the difference.",
  },
  'look-up-agrees': {
    zh: '再次查询，供应商的记录与我方一致。',
    en: 'Asked again, the supplier says what we say.',
  },
  'taken-over': {
    zh: '供应商的结算显示同一差异，已另行记录。',
    en: 'A settlement of the supplier shows the same difference and has a break of its own.',
  },
} as const satisfies Readonly<Record<string, Bilingual>>;
