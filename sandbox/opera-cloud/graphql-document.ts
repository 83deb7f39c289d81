/** A field that a query asks for, with its arguments' values and what it asks for inside. */
export interface Selection {
  readonly name: string;
  /** The name the answer has to give it. */
  readonly alias: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly fields: readonly Selection[];
}

/** A query that cannot be carried out; the message goes into `errors`. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
}

const IGNORED = /(?:[\s,\uFEFF]|#[^\n\r]*)*/y;
const TOKEN = /\.\.\.|[!$()[\]{}:=@|]|[_A-Za-z][_0-9A-Za-z]*|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|"(?:[^"\\\n\r]|\\.)*"/y;
const NAME = /^[_A-Za-z]/;

/** Reads a document of one query, without fragments or directives, and puts the variables' values in their places. */
export function readQuery(text: string, variables: Readonly<Record<string, unknown>>): readonly Selection[] {
  return new Reader(tokensOf(text), variables).document();
}

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  for (take(IGNORED); at < text.length; take(IGNORED)) {
    const token = take(TOKEN);
    if (token === undefined) throw new QueryError(`Syntax error at character ${at}`);
    tokens.push(token);
  }
  return tokens;
}

class Reader {
  #at = 0;
  /** Of the variables that the query declares. */
  readonly #values = new Map<string, unknown>();

  constructor(
    private readonly tokens: readonly string[],
    private readonly given: Readonly<Record<string, unknown>>,
  ) {}

  document(): readonly Selection[] {
    if (this.#skip('query')) {
      if (NAME.test(this.#peek())) this.#name();
      if (this.#skip('(')) while (!this.#skip(')')) this.#declaration();
    }
    const fields = this.#fields();
    if (this.#peek() !== '') this.#fail();
    return fields;
  }

  #declaration(): void {
    this.#expect('$');
    const name = this.#name();
    this.#expect(':');
    const required = this.#type();
    const otherwise = this.#skip('=') ? this.#value() : undefined;
    const value = this.given[name] === undefined ? otherwise : this.given[name];
    if (required && (value === undefined || value === null))
      throw new QueryError(`Variable $${name} must have a value`);
    this.#values.set(name, value);
  }

  /** Whether the type refuses `null`. */
  #type(): boolean {
    if (this.#skip('[')) {
      this.#type();
      this.#expect(']');
    } else this.#name();
    return this.#skip('!');
  }

  #fields(): readonly Selection[] {
    this.#expect('{');
    const fields: Selection[] = [];
    while (!this.#skip('}')) fields.push(this.#field());
    return fields.length === 0 ? this.#fail() : fields;
  }

  #field(): Selection {
    const first = this.#name();
    const name = this.#skip(':') ? this.#name() : first;
    const args = this.#skip('(') ? this.#pairs(')') : {};
    return { name, alias: first, args, fields: this.#peek() === '{' ? this.#fields() : [] };
  }

  #pairs(end: string): Readonly<Record<string, unknown>> {
    const pairs: [string, unknown][] = [];
    while (!this.#skip(end)) {
      const name = this.#name();
      this.#expect(':');
      pairs.push([name, this.#value()]);
    }
    return Object.fromEntries(pairs);
  }

  #value(): unknown {
    if (this.#skip('{')) return this.#pairs('}');
    if (this.#skip('[')) {
      const items: unknown[] = [];
      while (!this.#skip(']')) items.push(this.#value());
      return items;
    }
    if (this.#skip('$')) return this.#variable(this.#name());
    const token = this.#peek();
    if (!/^["\-\d]|^(?:true|false|null)$/.test(token)) this.#fail();
    this.#at += 1;
    return JSON.parse(token) as unknown;
  }

  #variable(name: string): unknown {
    if (!this.#values.has(name)) throw new QueryError(`Variable $${name} is not declared`);
    return this.#values.get(name);
  }

  #name(): string {
    const token = this.#peek();
    if (!NAME.test(token)) this.#fail();
    this.#at += 1;
    return token;
  }

  #peek(): string {
    return this.tokens[this.#at] ?? '';
  }

  #skip(token: string): boolean {
    const found = this.#peek() === token;
    if (found) this.#at += 1;
    return found;
  }

  #expect(token: string): void {
    if (!this.#skip(token)) this.#fail();
  }

  #fail(): never {
    throw new QueryError(`Syntax error: unexpected ${this.#peek() || 'end of the document'}`);
  }
}
