/** A value from outside that is not what it should be; `pointer` is a JSON Pointer to it, `''` for the whole. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
  constructor(
    readonly pointer: string,
    readonly complaint: string,
  ) {
    super(pointer === '' ? complaint : `${pointer}: ${complaint}`);
  }
}

/** One value from outside and where it stands. Every reader returns it typed or throws a ShapeError that names the place. */
export class Field {
  constructor(
    readonly value: unknown,
    readonly pointer = '',
  ) {}

  fail(complaint: string): never {
    throw new ShapeError(this.pointer, complaint);
  }

  get absent(): boolean {
    return this.value === undefined || this.value === null;
  }

  at(key: string): Field {
    return new Field(this.record()[key], `${this.pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  }

  /** Refuses every key that is not listed. */
  only(...keys: string[]): this {
    const unknown = Object.keys(this.record()).find((key) => !keys.includes(key));
    if (unknown !== undefined) this.at(unknown).fail('is not a known field');
    return this;
  }

  optional<T>(read: (field: this) => T): T | undefined {
    return this.absent ? undefined : read(this);
  }

  record(): Readonly<Record<string, unknown>> {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value))
      this.fail('must be an object');
    return this.value as Record<string, unknown>;
  }

  items(): readonly Field[] {
    if (!Array.isArray(this.value)) this.fail('must be a list');
    return this.value.map((item, index) => new Field(item, `${this.pointer}/${index}`));
  }

  text(rule: { readonly max?: number; readonly pattern?: RegExp } = {}): string {
    if (typeof this.value !== 'string' || this.value === '') this.fail('must be a text');
    if (rule.max !== undefined && this.value.length > rule.max) this.fail(`must have at most ${rule.max} characters`);
    if (rule.pattern && !rule.pattern.test(this.value)) this.fail(`must match ${rule.pattern.source}`);
    return this.value;
  }

  oneOf<const T extends string>(allowed: readonly T[]): T {
    const found = allowed.find((value) => value === this.value);
    return found ?? this.fail(`must be one of ${allowed.join(', ')}`);
  }

  number(rule: { readonly min?: number; readonly max?: number } = {}): number {
    if (typeof this.value !== 'number' || !Number.isFinite(this.value)) this.fail('must be a number');
    if (rule.min !== undefined && this.value < rule.min) this.fail(`must be at least ${rule.min}`);
    if (rule.max !== undefined && this.value > rule.max) this.fail(`must be at most ${rule.max}`);
    return this.value;
  }

  whole(rule: { readonly min?: number; readonly max?: number } = {}): number {
    const value = this.number(rule);
    return Number.isSafeInteger(value) ? value : this.fail('must be a whole number');
  }

  flag(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.fail('must be true or false');
  }

  /** A calendar date `YYYY-MM-DD` that exists. */
  date(): string {
    const text = this.text({ pattern: /^\d{4}-\d{2}-\d{2}$/ });
    const parsed = new Date(`${text}T00:00:00Z`);
    const exists = !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
    return exists ? text : this.fail('must be a date of the calendar');
  }
}
