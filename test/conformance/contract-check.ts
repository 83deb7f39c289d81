import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import type { Http, HttpRequest, HttpResponse } from '../../src/spec/adapter.js';

interface MediaTypes {
  readonly content?: Readonly<Record<string, { readonly schema?: unknown }>>;
}
interface Operation {
  readonly requestBody?: MediaTypes;
  readonly responses: Readonly<Record<string, MediaTypes & { readonly $ref?: string }>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/**
 * Holds both sides to the contract document between them: every JSON request must be one the document describes, and every
 * JSON answer that calls itself the success of that operation must be one too. Answers of a supplier that is made to misbehave
 * are none of the contract's business, which is why a checked answer must at least be JSON.
 */
export function contractCheck(documentPath: string): (http: Http) => Http {
  const document = parse(readFileSync(new URL(`../../${documentPath}`, import.meta.url), 'utf8')) as Document;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'document');
  const routes = Object.entries(document.paths).map(([template, operations]) => ({
    template,
    operations,
    pattern: new RegExp(`${template.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`),
  }));

  const complaints = (pointer: string, value: unknown): string[] => {
    const validate = ajv.getSchema(`document#${pointer}`);
    if (validate === undefined) throw new Error(`${documentPath} has no schema at ${pointer}`);
    if (validate(value) === true) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
  };
  const operationOf = (request: Pick<HttpRequest, 'method' | 'url'>) => {
    const { pathname } = new URL(request.url);
    const method = request.method.toLowerCase();
    const route = routes.find(({ pattern, operations }) => pattern.test(pathname) && method in operations);
    const operation = route?.operations[method];
    if (route === undefined || operation === undefined) throw new Error(`${documentPath} has no ${method} ${pathname}`);
    return { operation, at: `/paths/${escaped(route.template)}/${method}` };
  };
  const checkAnswer = (operation: Operation, response: HttpResponse, at: string): void => {
    if (!isJson(response)) return;
    refuse('answer', documentPath, answerPointer(operation, response, at), response.body, complaints);
  };
  return (http) => ({
    send: async (request) => {
      const { operation, at } = operationOf(request);
      refuse('request', documentPath, requestPointer(operation, request, at), request.body, complaints);
      const response = await http.send(request);
      checkAnswer(operation, response, at);
      return response;
    },
    download: async (request) => {
      const { operation, at } = operationOf(request);
      const file = await http.download(request);
      checkAnswer(operation, { ...file, body: Buffer.from(file.bytes).toString('utf8') }, at);
      return file;
    },
  });
}

function refuse(
  what: 'request' | 'answer',
  documentPath: string,
  pointer: string | null,
  body: string | undefined,
  complaints: (pointer: string, value: unknown) => string[],
): void {
  if (pointer === null) return;
  const wrong = complaints(pointer, JSON.parse(body ?? 'null'));
  if (wrong.length > 0) throw new Error(`the ${what} is not ${documentPath}'s: ${wrong.join('; ')}`);
}

function requestPointer(operation: Operation, request: HttpRequest, at: string): string | null {
  if (request.body === undefined || operation.requestBody?.content?.['application/json'] === undefined) return null;
  return `${at}/requestBody/content/application~1json/schema`;
}

/** An answer under a status that the operation does not have is some gateway's. */
function answerPointer(operation: Operation, response: HttpResponse, at: string): string | null {
  const declared = operation.responses[String(response.status)];
  if (declared === undefined) return null;
  if (declared.$ref !== undefined) return `${declared.$ref.slice(1)}/content/application~1json/schema`;
  return declared.content?.['application/json'] === undefined
    ? null
    : `${at}/responses/${response.status}/content/application~1json/schema`;
}

function isJson(response: HttpResponse): boolean {
  try {
    JSON.parse(response.body);
    return true;
  } catch {
    return false;
  }
}

function escaped(template: string): string {
  return encodeURI(template.replaceAll('~', '~0').replaceAll('/', '~1'));
}
