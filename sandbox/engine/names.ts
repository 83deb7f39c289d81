import type { Random } from './random.js';

/** The script in which a scheme keeps its members' names. */
export type Script = 'Hani' | 'Latn';

/** A member's name as it stands in the scheme's own records. */
export interface MemberName {
  readonly familyName: string;
  readonly givenName: string;
}

const POOLS = {
  Hani: {
    family: words(
      '王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 高 林 罗 郑 梁 谢 宋 唐 许 韩 冯 邓 曹 欧阳 司马',
    ),
    given: words(
      '小明 伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 涛 超 霞 建国 晓红 志强 雪梅 文静 海燕 子轩 欣怡 浩然 雨桐',
    ),
  },
  Latn: {
    family: words(
      'Wang Li Zhang Chen Smith Jones Taylor Keller Fischer Weber Rossi Martin Dubois Garcia Silva Kim Tanaka',
    ),
    given: words(
      'Xiaoming Wei Fang Anna Maria Laura Sophie Emma James Oliver Lukas Marco Pierre Carlos Ana Minji Haruto',
    ),
  },
} satisfies Record<Script, { family: readonly string[]; given: readonly string[] }>;

/** An invented name in that script. */
export function makeName(script: Script, random: Random): MemberName {
  const pool = POOLS[script];
  return { familyName: random.pick(pool.family), givenName: random.pick(pool.given) };
}

/** A name without what people and machines write differently: case, spaces, punctuation, the form of a character. */
export function plainName(name: string): string {
  return name
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

function words(text: string): readonly string[] {
  return text.split(' ');
}
