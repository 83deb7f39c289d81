import type { JsonFlaw } from './strict-json.js';
import type { Bilingual } from '../spec/values.js';
import type { Language } from './language.js';

/** What a rule of the contract wanted: its parameters as ajv names them, and the schema's own words (`x-form`) if it has any. */
export interface BrokenRule {
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly form: Bilingual | undefined;
}

/** How a query string can be wrong before the contract is asked. */
export type QueryFlaw = 'encoding' | 'repeated';

/** What is wrong, in words; never a word of what was sent. */
export function ruleSentence(rule: BrokenRule, language: Language): string {
  if (rule.form !== undefined) return language === 'zh' ? `应为${rule.form.zh}` : `must be ${rule.form.en}`;
  return SENTENCES[language](rule.keyword, (name) => String(rule.params[name]));
}

export function jsonFlawSentence(flaw: JsonFlaw, language: Language): string {
  return JSON_FLAWS[flaw][language];
}

export function queryFlawSentence(flaw: QueryFlaw, language: Language): string {
  return QUERY_FLAWS[flaw][language];
}

type Sentences = (keyword: string, param: (name: string) => string) => string;

const english: Sentences = (keyword, param) => {
  switch (keyword) {
    case 'required':
      return 'is required';
    case 'additionalProperties':
      return 'is not known here';
    case 'propertyNames':
      return 'is not a name that can be used here';
    case 'type':
      return param('type') === 'integer' ? 'must be a whole number' : `must be of type ${param('type')}`;
    case 'minimum':
      return `must be at least ${param('limit')}`;
    case 'maximum':
      return `must be at most ${param('limit')}`;
    case 'minLength':
      return `must have ${param('limit')} characters or more`;
    case 'maxLength':
      return `must have ${param('limit')} characters or fewer`;
    case 'minItems':
    case 'maxItems':
    case 'minProperties':
    case 'maxProperties':
      return `must have ${param('limit')} entries or ${keyword.startsWith('min') ? 'more' : 'fewer'}`;
    case 'uniqueItems':
      return 'must not hold the same entry twice';
    case 'enum':
      return `must be one of ${param('allowedValues').replaceAll(',', ', ')}`;
    default:
      return 'does not have the form that the contract describes';
  }
};

const chinese: Sentences = (keyword, param) => {
  switch (keyword) {
    case 'required':
      return '为必填项';
    case 'additionalProperties':
      return '不是此处的已知字段';
    case 'propertyNames':
      return '不能用作此处的名称';
    case 'type':
      return param('type') === 'integer' ? '应为整数' : `类型应为 ${param('type')}`;
    case 'minimum':
      return `不得小于 ${param('limit')}`;
    case 'maximum':
      return `不得大于 ${param('limit')}`;
    case 'minLength':
      return `至少 ${param('limit')} 个字符`;
    case 'maxLength':
      return `至多 ${param('limit')} 个字符`;
    case 'minItems':
    case 'maxItems':
    case 'minProperties':
    case 'maxProperties':
      return `${keyword.startsWith('min') ? '至少' : '至多'} ${param('limit')} 项`;
    case 'uniqueItems':
      return '不得有重复项';
    case 'enum':
      return `应为以下之一：${param('allowedValues').replaceAll(',', '、')}`;
    default:
      return '不符合接口约定的格式';
  }
};

const SENTENCES: Readonly<Record<Language, Sentences>> = { en: english, zh: chinese };

const JSON_FLAWS: Readonly<Record<JsonFlaw, Bilingual>> = {
  encoding: { zh: '正文不是有效的 UTF-8', en: 'the body is not valid UTF-8' },
  syntax: { zh: '正文不是有效的 JSON', en: 'the body is not valid JSON' },
  'duplicate-member': { zh: '同一对象中有重复的成员名', en: 'an object has the same member twice' },
  depth: { zh: '嵌套超过 32 层', en: 'it is nested more than 32 levels deep' },
  'lone-surrogate': { zh: '文本中有不成对的代理字符', en: 'a text holds half a surrogate pair' },
  nul: { zh: '文本中有 U+0000', en: 'a text holds U+0000' },
  'inexact-number': { zh: '数字的有效位数过多，无法精确表示', en: 'a number has more digits than can be kept exactly' },
};

const QUERY_FLAWS: Readonly<Record<QueryFlaw, Bilingual>> = {
  encoding: { zh: '百分号编码不是有效的 UTF-8', en: 'is not percent-encoded UTF-8' },
  repeated: { zh: '只能出现一次', en: 'must be given once' },
};
