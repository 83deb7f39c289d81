/**
 * Who may import whom: the import table of the architecture, one rule a row. Type-only imports count like any other.
 * A path that is neither listed nor one of Node's own modules (where the row allows those) is a violation.
 */

const KIT_PACKAGES = ['axios', 'zod'];
const CORE_PACKAGES = ['p-retry', 'luxon', 'uuid'];
const STORE_PACKAGES = ['pg', 'node-pg-migrate'];
const QUEUE_PACKAGES = ['bullmq', 'ioredis'];
const HTTP_PACKAGES = [
  'express',
  'helmet',
  'swagger-ui-dist',
  'ajv',
  'ajv-formats',
  'yaml',
];
const CONCERN_PACKAGES = {
  limits: [],
  webhooks: [],
  privacy: [],
  suppliers: [],
  audit: [],
  observe: ['pino', 'prom-client'],
  config: ['zod', 'yaml', 'ajv', 'ajv-formats'],
};
const SANDBOX_PACKAGES = ['express', 'yaml'];
const PROCESS_PACKAGES = ['pg'];

const PORTS = '^src/core/[^/]+/ports\\.ts$';
const SPEC = '^src/spec/';
const KIT = '^src/kit/';
/** The composition root may import all of the rows below. */
const ROOT = '^src/(main\\.ts$|compose/|cli/)';
const CONTRACT_TYPES = '^contracts/generated/';

/** An installed package, or the types of one. */
const packages = (names) => names.map((name) => `^node_modules/(@types/)?${name}/`);

/** One row of the table: files under `from` may import `may`, and Node's own modules unless `node` is refused. */
function row(name, comment, from, may, node = 'with node') {
  const to = {
    pathNot: may,
    couldNotResolve: false,
    ...(node === 'with node' ? { dependencyTypesNot: ['core'] } : {}),
  };
  return { name, comment, severity: 'error', from: { path: from }, to };
}

const concerns = Object.entries(CONCERN_PACKAGES).map(([folder, own]) =>
  row(
    `${folder}-imports`,
    `src/${folder} is one concern: it knows the core's ports, the vocabulary, the kit and its own libraries.`,
    `^src/${folder}/`,
    [`^src/${folder}/`, PORTS, SPEC, KIT, ...packages(own)],
  ),
);

module.exports = {
  forbidden: [
    row('spec-imports', 'The vocabulary depends on nothing, not even a package.', SPEC, [SPEC], 'without node'),
    row('kit-imports', 'What adapters are given: the vocabulary, axios, zod and parsers.', KIT, [
      KIT,
      SPEC,
      ...packages(KIT_PACKAGES),
    ]),
    row(
      'adapter-imports',
      'An adapter knows itself, the vocabulary, the kit and contract types: no neighbour, no core, nothing of Node.',
      '^adapters/([^/]+)/',
      ['^adapters/$1/', SPEC, KIT, CONTRACT_TYPES],
      'without node',
    ),
    row(
      'registry-imports',
      'The registry names the adapters and nothing else.',
      '^adapters/index\\.ts$',
      ['^adapters/[^/]+/index\\.ts$', SPEC],
      'without node',
    ),
    row('core-imports', 'The use cases see the world through their own ports.', '^src/core/', [
      '^src/core/',
      SPEC,
      ...packages(CORE_PACKAGES),
    ]),
    row('store-imports', "The store implements the core's ports on its driver.", '^src/store/', [
      '^src/store/',
      PORTS,
      SPEC,
      ...packages(STORE_PACKAGES),
    ]),
    row('jobs-imports', 'A job is a wake-up: it calls the core.', '^jobs/', ['^jobs/', '^src/core/', SPEC]),
    row('queue-imports', "The queue runs jobs and implements the core's ports.", '^src/queue/', [
      '^src/queue/',
      '^jobs/',
      PORTS,
      SPEC,
      ...packages(QUEUE_PACKAGES),
    ]),
    row('http-imports', 'The doors are thin: Express and what belongs to it, and the core.', '^src/http/', [
      '^src/http/',
      '^src/core/',
      SPEC,
      CONTRACT_TYPES,
      ...packages(HTTP_PACKAGES),
    ]),
    ...concerns,
    row('process-imports', 'The embedded database and the supervision of processes.', '^src/process/', [
      '^src/process/',
      '^src/config/',
      ...packages(PROCESS_PACKAGES),
    ]),
    row(
      'sandbox-imports',
      'The sandbox is the other side: sharing a mapping with the adapter would let their mistakes cancel out.',
      '^sandbox/',
      ['^sandbox/', CONTRACT_TYPES, ...packages(SANDBOX_PACKAGES)],
    ),
    {
      name: 'queue-alone-has-bullmq',
      comment: 'Nothing but src/queue can tell which backend runs the queue.',
      severity: 'error',
      from: { path: '^(src|adapters|jobs|sandbox)/', pathNot: '^src/queue/' },
      to: { path: packages(QUEUE_PACKAGES) },
    },
    {
      name: 'nobody-imports-the-composition-root',
      comment: 'src/main.ts, src/compose and src/cli see everything; nothing sees them.',
      severity: 'error',
      from: { path: '^(src|adapters|jobs|sandbox)/', pathNot: ROOT },
      to: { path: ROOT },
    },
    {
      name: 'no-circular',
      comment: 'Two files that need each other are one file, or three.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'not-to-unresolvable',
      comment: 'An import that leads nowhere fails at the start of the program, not of the build.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'not-to-dev-dependency',
      comment: 'A production image has no development packages.',
      severity: 'error',
      from: { path: '^(src|adapters|jobs|sandbox)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '^node_modules/@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
