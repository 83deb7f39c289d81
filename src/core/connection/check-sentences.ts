import type { Bilingual } from '../../spec/values.js';
import type { CheckResult } from './connections.js';

/** What a check came to, for the person who asked for it. */
export const CHECK_SENTENCES: Readonly<Record<CheckResult, Bilingual>> = {
  ok: {
    zh: '供应商接受了凭据。',
    en: 'The supplier accepted the credentials.',
  },
  'auth-failed': {
    zh: '供应商拒绝了凭据；请核对后保存新的 secrets。',
    en: 'The supplier refused the credentials; compare them with what it gave you and store new secrets.',
  },
  unreachable: {
    zh: '供应商未给出可判断的应答；请检查 baseUrl 与网络，稍后重试。',
    en: 'The supplier gave no answer that tells; look at baseUrl and the network, and try again later.',
  },
  'cannot-check': {
    zh: '无法检查：没有不产生影响的查询可用，或其应答无法说明凭据是否有效。首次真实调用会给出结果。',
    en: 'This cannot be checked: there is no harmless question, or its answer tells nothing. The first real call will tell.',
  },
};
