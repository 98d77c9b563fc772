import { readFileSync } from 'node:fs';
import path from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import type { ControlContext } from './control-context.ts';
import { answerErrors } from './control-error.ts';
import { linkRoutes, troubleRoutes } from './link-routes.ts';
import { messageRoutes } from './message-routes.ts';
import { phoneRoutes } from './phone-routes.ts';
import { serviceRoutes } from './service-routes.ts';

const MAX_BODY_BYTES = 192 * 1024 * 1024; // media as base64
const CONSOLE_FILES = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/console/console.css', 'console.css', 'text/css; charset=utf-8'],
  ['/console/console.js', 'console.js', 'text/javascript; charset=utf-8'],
  ['/console/api.js', 'api.js', 'text/javascript; charset=utf-8'],
  ['/console/views.js', 'views.js', 'text/javascript; charset=utf-8'],
] as const;

/** The control API and the phones' page. The caller listens and closes. */
export function controlServer(context: ControlContext): FastifyInstance {
  const app = fastify({ logger: false, bodyLimit: MAX_BODY_BYTES, forceCloseConnections: true });
  acceptEmptyBodies(app);
  answerErrors(app);
  phoneRoutes(app, context);
  linkRoutes(app, context);
  troubleRoutes(app, context);
  messageRoutes(app, context);
  serviceRoutes(app, context);
  for (const [url, file, type] of CONSOLE_FILES) {
    const content = readFileSync(path.join(import.meta.dirname, 'console', file));
    app.get(url, (_request, reply) => reply.type(type).send(content));
  }
  return app;
}

/** Calls such as /ban need no body; many clients still send a JSON content type. */
function acceptEmptyBodies(app: FastifyInstance): void {
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? {} : JSON.parse(String(body)));
    } catch (error) {
      done(Object.assign(new Error(`body: is not JSON (${String(error)})`), { statusCode: 400 }));
    }
  });
}
