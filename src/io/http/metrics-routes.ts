import type { FastifyInstance } from 'fastify';
import type { BridgeView, MetricsFormat } from './ports.ts';
import { fail } from './fail.ts';

const formats: Readonly<Record<string, MetricsFormat>> = {
  'application/openmetrics-text': 'openmetrics',
  'text/plain': 'text',
  'application/json': 'json',
  '*/*': 'openmetrics',
};

/** `/metrics` in the format the client prefers (operations.md §4.8). */
export function metricsRoutes(app: FastifyInstance, view: BridgeView): void {
  app.get('/metrics', (request, reply) => {
    const format = negotiate(request.headers.accept);
    if (format === undefined) {
      return fail(reply, 406, `possible are: ${Object.keys(formats).join(', ')}`);
    }
    const { contentType, body } = view.metrics(format);
    return reply.type(contentType).send(body);
  });
}

/** The first known type by descending `q`; text 0.0.4 for a client that does not say. */
export function negotiate(accept: string | undefined): MetricsFormat | undefined {
  if (accept === undefined || accept.trim() === '') return 'text';
  const wanted = accept.split(',').map((entry) => {
    const [type = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    return { type: type.toLowerCase(), q: q === undefined ? 1 : Number(q.slice(2)) };
  });
  const best = wanted
    .filter(({ type, q }) => q > 0 && Object.hasOwn(formats, type))
    .sort((a, b) => b.q - a.q)[0];
  return best && formats[best.type];
}
