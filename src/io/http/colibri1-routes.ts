import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import type { Colibri1Rest, RestReply } from './ports.ts';

type Params = { readonly id: string };

const path = '/colibri/conferences';

/** `/colibri/conferences`: the first Colibri (colibri1.md §1.16). */
export function colibri1Routes(app: FastifyInstance, colibri: Colibri1Rest): void {
  app.get(path, (_request, reply) => send(reply, colibri.list()));
  app.post(path, { errorHandler }, async (request, reply) =>
    send(reply, await colibri.post(request.body)),
  );
  app.get(`${path}/:id`, (request, reply) =>
    send(reply, colibri.get((request.params as Params).id)),
  );
  app.patch(`${path}/:id`, { errorHandler }, async (request, reply) =>
    send(reply, await colibri.patch((request.params as Params).id, request.body)),
  );
}

function send(reply: FastifyReply, { status, body }: RestReply): FastifyReply {
  return reply.code(status).send(body);
}

/** A body that is no JSON was 406 then (colibri1.md §1.16), where HTTP has 415. */
function errorHandler(error: FastifyError): never {
  if (error.statusCode === 415) error.statusCode = 406;
  throw error;
}
