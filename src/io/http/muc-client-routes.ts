import type { FastifyInstance } from 'fastify';
import { fail } from './fail.ts';
import type { BridgeControl } from './ports.ts';

/** XMPP logins while running; nothing of it outlives the process (operations.md §4.5). */
export function mucClientRoutes(app: FastifyInstance, control: BridgeControl): void {
  app.get('/colibri/muc-client/list', () => control.logins());
  app.post('/colibri/muc-client/add', (request, reply) => {
    const fault = control.addLogin(request.body);
    // Connecting goes on in the background: `muc_clients_connected` and /debug say what comes of it.
    return fault === undefined ? reply.code(200).send() : fail(reply, 400, fault);
  });
  app.post('/colibri/muc-client/remove', (request, reply) => {
    const id = idOf(request.body);
    if (id === undefined) return fail(reply, 400, 'the body must be {"id": "…"}');
    if (control.removeLogin(id)) return reply.code(200).send();
    const known = control.logins().join(', ') || 'none';
    return fail(reply, 400, `there is no login of the id ${id}; there are: ${known}`);
  });
}

function idOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('id' in body)) return undefined;
  return typeof body.id === 'string' ? body.id : undefined;
}
