/** A JSON pointer into the document. */
type Place = string;

/** A JSON Schema, mostly a reference into the document, which is known as `contract`. */
export type Schema = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly name: string;
  readonly place: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
  /** Query and header values are texts; what the schema wants them to be. */
  readonly type: string | undefined;
}

/**
 * One operation of either kind of document, as far as requests and answers are checked. `path` matches a whole URL
 * without query.
 */
export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: RegExp;
  readonly parameters: readonly Parameter[];
  readonly body: { readonly type: string; readonly schema: Schema } | undefined;
  /** The schema of an answer, by status or `default`. */
  readonly answers: ReadonlyMap<string, Schema>;
  /** `basic` or `bearer`, where the document says so in a form of its own and not as a header. */
  readonly scheme: string | undefined;
}

type Node = Readonly<Record<string, unknown>>;

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

/** Reads the operations of an OpenAPI 3 or Swagger 2 document served under `base`. */
export function readDocument(document: Node, base: string): readonly Operation[] {
  const read = 'swagger' in document ? swaggerOperation : openapiOperation;
  return Object.entries(document['paths'] as Node).flatMap(([template, item]) =>
    METHODS.filter((method) => method in (item as Node)).map((method) => ({
      ...read(document, `/paths/${escaped(template)}`, method),
      method: method.toUpperCase(),
      path: pattern(base + template),
    })),
  );
}

type Read = Omit<Operation, 'method' | 'path'>;

function openapiOperation(document: Node, item: Place, method: string): Read {
  const place = `${item}/${method}`;
  const operation = at(document, place);
  const parameters = [item, place].flatMap((owner) => placesIn(document, `${owner}/parameters`));
  const content = at(document, `${place}/requestBody/content`);
  const [type] = Object.keys(content);
  const [requirement] = (operation['security'] ?? document['security'] ?? []) as readonly Node[];
  const [scheme] = Object.keys(requirement ?? {});
  return {
    id: String(operation['operationId']),
    parameters: parameters.map((each) =>
      parameterOf(at(document, each), at(document, `${each}/schema`), to(`${each}/schema`)),
    ),
    body: type === undefined ? undefined : { type, schema: to(`${place}/requestBody/content/${escaped(type)}/schema`) },
    answers: answersOf(document, place, '/content/application~1json/schema'),
    scheme: scheme === undefined ? undefined : String(at(document, `/components/securitySchemes/${scheme}`)['scheme']),
  };
}

function swaggerOperation(document: Node, item: Place, method: string): Read {
  const place = `${item}/${method}`;
  const operation = at(document, place);
  const parameters = placesIn(document, `${place}/parameters`);
  const placed = (kind: string) => parameters.filter((each) => at(document, each)['in'] === kind);
  const plain = (each: Place) => parameterOf(at(document, each), at(document, each), simple(at(document, each)));
  const [body] = placed('body');
  const fields = placed('formData').map(plain);
  const type = (operation['consumes'] as readonly string[] | undefined)?.[0]?.split(';')[0] ?? '';
  const form = fields.length === 0 ? undefined : { type, schema: formOf(fields) };
  return {
    id: String(operation['operationId']),
    parameters: ['path', 'query', 'header'].flatMap(placed).map(plain),
    body: body === undefined ? form : { type, schema: to(`${body}/schema`) },
    answers: answersOf(document, place, '/schema'),
    scheme: undefined,
  };
}

function parameterOf(parameter: Node, described: Node, schema: Schema): Parameter {
  const { name, in: place, required } = parameter as { name: string; in: Parameter['place']; required?: boolean };
  const { type } = described;
  return { name, place, required: required === true, schema, type: typeof type === 'string' ? type : undefined };
}

/** A Swagger parameter is a schema but for words of its own, of which `required` would be read as a schema's. */
function simple(parameter: Node): Schema {
  const words = ['type', 'enum', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum', 'format', 'items'];
  return Object.fromEntries(Object.entries(parameter).filter(([word]) => words.includes(word)));
}

function formOf(fields: readonly Parameter[]): Schema {
  return {
    type: 'object',
    additionalProperties: false,
    required: fields.filter(({ required }) => required).map(({ name }) => name),
    properties: Object.fromEntries(fields.map(({ name, schema }) => [name, schema])),
  };
}

function to(place: Place): Schema {
  return { $ref: `contract#${place}` };
}

function answersOf(document: Node, place: Place, schema: Place): ReadonlyMap<string, Schema> {
  const statuses = Object.keys(at(document, `${place}/responses`));
  const places = statuses.map(
    (status) => [status, resolved(document, `${place}/responses/${status}`) + schema] as const,
  );
  return new Map(
    places.filter(([, each]) => Object.keys(at(document, each)).length > 0).map(([status, each]) => [status, to(each)]),
  );
}

function placesIn(document: Node, list: Place): Place[] {
  const length = Object.keys(at(document, list)).length;
  return Array.from({ length }, (_none, index) => resolved(document, `${list}/${index}`));
}

function resolved(document: Node, place: Place): Place {
  const reference = at(document, place)['$ref'];
  return typeof reference === 'string' ? reference.slice(1) : place;
}

/** What stands at a pointer; an empty object where nothing does. References on the way are followed at the end only. */
function at(document: Node, place: Place): Node {
  const names = place.split('/').slice(1);
  const found = names.reduce<unknown>(
    (node, name) => (node as Node | undefined)?.[name.replaceAll('~1', '/').replaceAll('~0', '~')],
    document,
  );
  return (found ?? {}) as Node;
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function pattern(template: string): RegExp {
  const source = template.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  return new RegExp(`^${source}$`);
}
