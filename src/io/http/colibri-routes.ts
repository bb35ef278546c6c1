import type { FastifyInstance } from 'fastify';
import type { BridgeView, ColibriRest } from './ports.ts';
import { fail } from './fail.ts';

type Parts = { readonly colibri: ColibriRest; readonly view: BridgeView };

/** `/colibri/stats` and `/colibri/v2/conferences` (operations.md §4.4, §4.6). */
export function colibriRoutes(app: FastifyInstance, { colibri, view }: Parts): void {
  app.get('/colibri/stats', () => view.statistics());

  app.get('/colibri/v2/conferences', (_request, reply) =>
    fail(reply, 501, 'listing conferences is not implemented; see /debug'),
  );
  app.post('/colibri/v2/conferences', async (request, reply) => {
    const { status, body } = await colibri.post(request.body);
    return reply.code(status).send(body);
  });
  app.patch('/colibri/v2/conferences/:meetingId', async (request, reply) => {
    const { meetingId } = request.params as { meetingId: string };
    const { status, body } = await colibri.patch(meetingId, request.body);
    return reply.code(status).send(body);
  });
  app.get(
    '/colibri/v2/conferences/:meetingId/dominant-speaker-identification',
    (request, reply) => {
      const { meetingId } = request.params as { meetingId: string };
      const speakers = view.speakers(meetingId);
      return speakers === undefined ? fail(reply, 404, 'no such conference') : reply.send(speakers);
    },
  );
  app.get('/colibri/v2/conferences/:meetingId', (request, reply) => {
    const { meetingId } = request.params as { meetingId: string };
    const { status, body } = colibri.get(meetingId);
    return reply.code(status).send(body);
  });
}
