import { createRequire } from 'node:module';
import path from 'node:path';
import type { Request } from 'express';
import helmet from 'helmet';
import type { Reply } from './exchange.js';
import { serve, type Door } from './route.js';
import { send } from './send.js';

const require = createRequire(import.meta.url);

/** The few files of swagger-ui-dist that the page needs. */
const ASSETS = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Interline API</title>
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <script src="/docs/swagger-ui-bundle.js" defer></script>
    <script src="/docs/initializer.js" defer></script>
  </head>
  <body>
    <div id="docs"></div>
  </body>
</html>
`;

const INITIALIZER = `window.addEventListener('load', () => {
  SwaggerUIBundle({
    url: '/openapi.json',
    dom_id: '#docs',
    deepLinking: true,
    validatorUrl: null,
    presets: [SwaggerUIBundle.presets.apis],
    layout: 'BaseLayout',
  });
});
`;

/** `/openapi.json` and `/docs`; all that the page loads comes from here, and its policy lets nothing else in. */
export function documentRoutes(door: Door): void {
  const { app, contract } = door;
  const document = JSON.stringify(contract.document);
  serve(door, 'getContract', (_request, reply) => send(reply, 200, 'application/json', document));

  app.use('/docs', securityHeaders());
  serve(door, 'getDocs', (_request, reply) => send(reply, 200, 'text/html; charset=utf-8', PAGE));
  app.get('/docs/initializer.js', (_request: Request, reply: Reply) =>
    send(reply, 200, 'text/javascript; charset=utf-8', INITIALIZER),
  );
  const root = path.dirname(require.resolve('swagger-ui-dist/package.json'));
  for (const file of ASSETS) {
    app.get(`/docs/${file}`, (_request: Request, reply: Reply) => reply.sendFile(file, { root, maxAge: '1h' }));
  }
  app.get('/', (_request: Request, reply: Reply) => reply.redirect(302, '/docs'));
}

function securityHeaders() {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        // The stylesheet of swagger-ui carries its icons as data.
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // Whether this host is reached by TLS alone is for whoever terminates it to say.
    strictTransportSecurity: false,
  });
}
