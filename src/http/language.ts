/** The languages in which sentences for people exist. */
export type Language = 'zh' | 'en';

/** The language of an Accept-Language header (RFC 9110, 12.5.4): zh where it is preferred to en, en otherwise. */
export function languageOf(header: string | undefined): Language {
  if (header === undefined) return 'en';
  let zh = 0;
  let en = 0;
  for (const range of header.split(',')) {
    const [tag = '', ...parameters] = range.split(';');
    const weight = weightOf(parameters);
    const primary = tag.trim().toLowerCase().split('-')[0];
    if (primary === 'zh') zh = Math.max(zh, weight);
    else if (primary === 'en') en = Math.max(en, weight);
  }
  return zh > en ? 'zh' : 'en';
}

function weightOf(parameters: readonly string[]): number {
  const q = parameters.find((parameter) => /^\s*q=/i.test(parameter));
  if (q === undefined) return 1;
  const weight = Number(q.slice(q.indexOf('=') + 1));
  return weight >= 0 && weight <= 1 ? weight : 0;
}
