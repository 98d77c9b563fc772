import fastify, { type FastifyInstance } from 'fastify';
import { controlRoutes } from './control-routes.ts';
import { answerErrors } from './graph-error.ts';
import { graphRoutes } from './graph-routes.ts';
import { PostOffice } from './post-office.ts';
import type { Config } from './records.ts';
import { Store } from './store.ts';
import { Templates } from './templates.ts';
import { WebhookSender } from './webhook-sender.ts';

const MAX_BODY_BYTES = 128 * 1024 * 1024;

export interface MetaService {
  /** URL of the simulated Graph API, without a slash at the end. */
  readonly graph: string;
  /** URL of the control API. */
  readonly control: string;
  /** Where webhooks go, and how they are signed. */
  configure(config: Partial<Config>): void;
  stop(): Promise<void>;
}

/** Starts a simulated Meta on free ports of 127.0.0.1. @param folder where it keeps what it knows; `undefined`: nowhere */
export async function startMetaService(folder?: string): Promise<MetaService> {
  const store = new Store(folder);
  const webhooks = new WebhookSender(store.config);
  const templates = new Templates(store, webhooks);
  const postOffice = new PostOffice({ store, templates, webhooks });
  const [graph, control] = [server(), server()];
  let graphUrl = '';
  answerErrors(graph);
  graphRoutes(graph, { store, postOffice, templates, origin: () => graphUrl });
  controlRoutes(control, { store, postOffice, templates, webhooks, graphUrl: () => graphUrl });
  graphUrl = await graph.listen({ host: '127.0.0.1', port: 0 });
  const controlUrl = await control.listen({ host: '127.0.0.1', port: 0 });
  return {
    graph: graphUrl,
    control: controlUrl,
    configure: (config) => void Object.assign(store.config, config),
    async stop() {
      webhooks.stop();
      await Promise.allSettled([graph.close(), control.close()]);
      store.save();
    },
  };
}

function server(): FastifyInstance {
  const app = fastify({ logger: false, bodyLimit: MAX_BODY_BYTES, forceCloseConnections: true });
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? {} : JSON.parse(String(body)));
    } catch (error) {
      done(Object.assign(new Error(`body: is not JSON (${String(error)})`), { statusCode: 400 }));
    }
  });
  app.addContentTypeParser('multipart/form-data', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  return app;
}
