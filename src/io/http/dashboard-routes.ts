import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fail } from './fail.ts';
import type { Dashboard } from './ports.ts';

/** Sent and not taken: whoever reads so slowly misses some seconds. */
const maxQueuedBytes = 1024 * 1024;

/** The page may load nothing but its own files, and no other page may frame it. */
const pageHeaders = {
  'content-security-policy': "default-src 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache',
};

/** A page for operators at `/dashboard/`, live over server-sent events (docs/dashboard.md). */
export function dashboardRoutes(app: FastifyInstance, dashboard: Dashboard): void {
  const { files } = dashboard;
  app.get('/dashboard', (request, reply) => {
    // The page's own references are relative.
    if (!request.url.split('?', 1)[0]?.endsWith('/')) return reply.redirect('dashboard/', 302);
    return sendFile(reply, 'index.html');
  });
  app.get('/dashboard/live', (request, reply) => live(request, reply, dashboard));
  app.get('/dashboard/:file', (request, reply) => {
    const { file } = request.params as { file: string };
    return sendFile(reply, file);
  });

  function sendFile(reply: FastifyReply, name: string): FastifyReply {
    const file = files.get(name);
    if (!file) return fail(reply, 404, `the dashboard has no file ${name}: was the bridge built?`);
    return reply.headers(pageHeaders).type(file.contentType).send(file.body);
  }
}

/** Server-sent events (HTML §9.2): a frame a second until the page goes. */
function live(request: FastifyRequest, reply: FastifyReply, { watch }: Dashboard): void {
  const { conference, endpoint } = request.query as { conference?: string; endpoint?: string };
  const { raw } = reply;
  const send = (frame: string) => {
    if (raw.writableLength < maxQueuedBytes) raw.write(`data: ${frame}\n\n`);
  };
  reply.hijack();
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const stop = watch({ selection: { conference, endpoint }, send });
  if (!stop) {
    raw.end('event: refused\ndata: too many dashboards are open\n\n');
    return;
  }
  raw.on('close', stop);
}
