import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CHECKS, makeMemberNumber, type NumberShape } from './member-number.js';
import type { Script } from './names.js';
import { seededRandom } from './random.js';
import { Field, ShapeError } from './shape.js';

/** What the simulated supplier takes from a scheme's YAML file; the rest of the file is none of its business. */
export interface SandboxScheme {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly adapter: string;
  readonly zone: string;
  readonly script: Script;
  /** Tier codes of the newest terms, the lowest first; empty where the scheme has none. */
  readonly tiers: readonly string[];
  readonly numbers: NumberShape;
  /** The scheme's settings with the sandbox's over them, as a development connection has them. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, unknown>>;
  /** `sandbox.behaviour`: how this supplier behaves, beyond what a connection knows; optional. */
  readonly behaviour: Readonly<Record<string, unknown>>;
}

/** A scheme file that cannot be played, in one line that names the file and the place. */
export class SchemeFileError extends Error {
  override readonly name = 'SchemeFileError';
}

/** Reads every `*.yaml` of the folders that has a `sandbox:` section, folder by folder in the order of their names. */
export function readSchemes(folders: readonly string[]): readonly SandboxScheme[] {
  const files = folders.flatMap((folder) => {
    const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
    return names.toSorted().map((name) => join(folder, name));
  });
  const schemes = files.flatMap((file) => readScheme(file) ?? []);
  const twice = schemes.find((scheme, index) => schemes.findIndex((other) => other.id === scheme.id) !== index);
  if (twice) throw new SchemeFileError(`${folders.join(', ')}: two files describe the scheme ${twice.id}`);
  return schemes;
}

function readScheme(path: string): SandboxScheme | null {
  try {
    const file = new Field(parse(readFileSync(path, 'utf8')));
    return file.at('sandbox').absent ? null : schemeOf(file);
  } catch (error) {
    if (error instanceof ShapeError || (error instanceof Error && error.name === 'YAMLParseError')) {
      throw new SchemeFileError(`${path}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

function schemeOf(file: Field): SandboxScheme {
  const sandbox = file.at('sandbox');
  return {
    id: file.at('id').text({ pattern: /^[a-z0-9][a-z0-9-]*$/ }),
    name: file.at('name').at('en').text(),
    kind: file.at('kind').text(),
    adapter: file.at('adapter').text(),
    zone: zoneOf(file.at('zone')),
    script: file.at('nameRule').at('script').oneOf(['Hani', 'Latn']),
    tiers: tiersOf(file.at('terms')),
    numbers: numbersOf(file),
    settings: { ...file.at('settings').record(), ...sandbox.at('settings').record() },
    secrets: sandbox.at('secrets').record(),
    behaviour: sandbox.at('behaviour').optional((field) => field.record()) ?? {},
  };
}

function zoneOf(field: Field): string {
  const zone = field.text();
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone;
  } catch {
    return field.fail('is not a time zone of the IANA database');
  }
}

function tiersOf(terms: Field): readonly string[] {
  const versions = terms.optional((field) => field.items()) ?? [];
  const withTiers = versions.findLast((version) => (version.at('tiers').optional((t) => t.items()) ?? []).length > 0);
  return (
    withTiers
      ?.at('tiers')
      .items()
      .map((tier) => tier.at('code').text()) ?? []
  );
}

/** Proves on a few examples that the numbers the sandbox would give out satisfy the scheme's own pattern. */
function numbersOf(file: Field): NumberShape {
  const members = file.at('sandbox').at('members');
  const prefix = members.at('prefix').text();
  const shape = {
    prefix,
    length: members.at('length').whole({ min: prefix.length + 6, max: 32 }),
    check: file.at('memberNumber').at('check').oneOf(CHECKS),
  };
  const pattern = file.at('memberNumber').at('pattern');
  const rule = new RegExp(`^(?:${pattern.text()})$`, 'u');
  const random = seededRandom(1);
  for (let i = 0; i < 20; i += 1) {
    const number = makeMemberNumber(shape, random);
    if (!rule.test(number)) pattern.fail(`does not match ${number}, which /sandbox/members makes`);
  }
  return shape;
}
