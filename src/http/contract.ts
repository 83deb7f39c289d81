import { SCOPES, type Scope } from '../core/access/caller.js';
import type { operations } from '../../contracts/generated/gateway.js';
import {
  expressPath,
  METHODS,
  pointerTo,
  readContract,
  type ContractDocument,
  type Method,
  type OperationItem,
  type Parameter,
  type ParameterItem,
} from './contract-document.js';
import { checkOf, compilerOf, type Check, type Compiler } from './validate.js';

export type OperationName = keyof operations;

/** The JSON body of an operation, as its schema describes it. */
export type BodyOf<Name extends OperationName> =
  NonNullable<operations[Name]['requestBody']> extends { readonly content: { readonly 'application/json': infer Body } }
    ? Body
    : never;

/** The query parameters of an operation. */
export type QueryOf<Name extends OperationName> = operations[Name] extends {
  readonly parameters: { readonly query?: infer Query };
}
  ? NonNullable<Query>
  : never;

/** What the contract says of one operation, ready to be asked of every request. */
export interface ContractOperation {
  readonly method: Method;
  readonly path: string;
  readonly route: string;
  /** `null` where no key is needed. */
  readonly scope: Scope | null;
  readonly mediaTypes: readonly string[];
  /** Whether a request without a body is refused. */
  readonly needsBody: boolean;
  readonly wholeNumbers: ReadonlySet<string>;
  readonly checkQuery: Check;
  readonly fitsPath: (params: unknown) => boolean;
  /** Judges a body, or one line of it where the media type is newline-delimited JSON; `null` where bodies are not described. */
  readonly checkBody: Check | null;
}

/** The compiled contract. */
export interface Contract {
  readonly document: ContractDocument;
  readonly operations: ReadonlyMap<OperationName, ContractOperation>;
  /** The methods of each path, for 405. */
  readonly methods: ReadonlyMap<string, readonly Method[]>;
}

/** Reads the contract and compiles everything in it, once per process. */
export function compileContract(): Contract {
  const document = readContract();
  const compiler = compilerOf(document);
  const compiled = new Map<OperationName, ContractOperation>();
  const methods = new Map<string, readonly Method[]>();
  for (const [path, item] of Object.entries(document.paths)) {
    const present = METHODS.filter((method) => item[method] !== undefined);
    methods.set(path, present);
    for (const method of present) {
      const operation = item[method];
      if (operation === undefined) continue;
      compiled.set(operation.operationId as OperationName, compile(document, compiler, path, method, operation));
    }
  }
  return { document, operations: compiled, methods };
}

function compile(
  document: ContractDocument,
  compiler: Compiler,
  path: string,
  method: Method,
  operation: OperationItem,
): ContractOperation {
  const ofPath = located(document, document.paths[path]?.parameters, pointerTo('paths', path));
  const own = located(document, operation.parameters, pointerTo('paths', path, method));
  const parameters = [...ofPath, ...own];
  return {
    method,
    path,
    route: expressPath(path),
    scope: scopeOf(operation),
    mediaTypes: Object.keys(operation.requestBody?.content ?? {}),
    needsBody: operation.requestBody?.required === true,
    wholeNumbers: new Set(parameters.filter((p) => p.schema.type === 'integer').map((p) => p.name)),
    checkQuery: checkOf(membersOf(compiler, parameters, 'query')),
    fitsPath: membersOf(compiler, parameters, 'path'),
    checkBody: bodyCheck(compiler, path, method, operation),
  };
}

/** A parameter with the pointer to its schema. */
interface LocatedParameter extends Parameter {
  readonly pointer: string;
}

function located(document: ContractDocument, items: readonly ParameterItem[] = [], at: string): LocatedParameter[] {
  return items.map((item, index) => {
    if (!('$ref' in item)) return { ...item, pointer: `${at}/parameters/${index}/schema` };
    const name = item.$ref.replace('#/components/parameters/', '');
    const parameter = document.components.parameters[name];
    if (parameter === undefined) throw new Error(`the contract refers to no parameter: ${item.$ref}`);
    return { ...parameter, pointer: `/components/parameters/${name}/schema` };
  });
}

function membersOf(compiler: Compiler, parameters: readonly LocatedParameter[], place: Parameter['in']) {
  const chosen = parameters.filter((parameter) => parameter.in === place);
  return compiler.members(
    Object.fromEntries(chosen.map(({ name, pointer }) => [name, pointer])),
    chosen.filter(({ required }) => required === true).map(({ name }) => name),
  );
}

function scopeOf({ operationId, security = [] }: OperationItem): Scope | null {
  const wanted = security[0]?.['key']?.[0];
  if (wanted === undefined) return null;
  const scope = SCOPES.find((known) => known === wanted);
  if (scope === undefined) throw new Error(`the contract names an unknown scope at ${operationId}`);
  return scope;
}

function bodyCheck(compiler: Compiler, path: string, method: Method, operation: OperationItem): Check | null {
  const [mediaType, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  if (mediaType === undefined || content?.schema === undefined || mediaType === '*/*') return null;
  const schema = pointerTo('paths', path, method, 'requestBody', 'content', mediaType, 'schema');
  return checkOf(compiler.at('contentSchema' in content.schema ? `${schema}/contentSchema` : schema));
}
