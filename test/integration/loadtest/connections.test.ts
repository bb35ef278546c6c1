import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { BridgeProcess } from '../../support/bridge/bridge-process.ts';
import { runTrestleLoad } from '../../support/run-trestle-load.ts';
import { until } from '../../support/until.ts';

const load = ['--scenario', 'audio', '--sizes', '2', '--settle', '0'];

describe('what trestle-load says of clients without a connection', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    await Promise.all(closing.splice(0).map((close) => close()));
  });

  async function startBridge(config?: string): Promise<BridgeProcess> {
    const bridge = await BridgeProcess.start(config === undefined ? {} : { config });
    closing.push(() => bridge.stop());
    return bridge;
  }

  async function portOf(server: Server): Promise<number> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => server.close());
    return (server.address() as AddressInfo).port;
  }

  it('names an address that leads nowhere', async () => {
    const bridge = await startBridge();
    // The bridge as behind a wrong port mapping: signalling comes through, candidates are wrong.
    const port = await portOf(
      createHttpServer((request, response) => {
        void (async () => {
          const body = [];
          for await (const part of request) body.push(part as Buffer);
          const answer = await fetch(new URL(request.url!, bridge.restUrl), {
            method: request.method!,
            headers: { 'content-type': request.headers['content-type'] ?? '' },
            ...(body.length > 0 && { body: Buffer.concat(body) }),
          });
          response.statusCode = answer.status;
          response.setHeader('content-type', answer.headers.get('content-type') ?? '');
          response.end((await answer.text()).replaceAll(String(bridge.mediaPort), '9'));
        })();
      }),
    );
    const where = ['--url', `http://127.0.0.1:${port}`, '--step-seconds', '3'];
    const { report } = await runTrestleLoad(['step', ...where, ...load]);
    expect(report.steps[0]!.joins).toMatchObject({
      attempted: 3,
      failed: 3,
      failures: ['ICE did not connect'],
    });
  });

  it('names what a web server answered for the channel', async () => {
    const port = await portOf(
      createHttpServer((_, response) => {
        response.statusCode = 403;
        response.end();
      }),
    );
    const { restUrl } = await startBridge(`videobridge.websockets.domains = ["127.0.0.1:${port}"]`);
    const { report } = await runTrestleLoad([
      'step',
      '--url',
      restUrl,
      '--step-seconds',
      '3',
      ...load,
    ]);
    const reason = 'no bridge channel: Unexpected server response: 403';
    expect(report.steps[0]!.joins.failures).toEqual([reason]);
  });

  it('counts channels as there that were opened again', async () => {
    const sockets: Socket[] = [];
    let bridge: BridgeProcess | undefined = undefined as BridgeProcess | undefined;
    const port = await portOf(
      createServer((client) => {
        sockets.push(client);
        const { port: to } = new URL(bridge!.publicUrl);
        const server = connect(Number(to), '127.0.0.1');
        for (const socket of [client, server]) socket.on('error', () => undefined);
        client.on('close', () => server.destroy());
        client.pipe(server).pipe(client);
      }),
    );
    bridge = await startBridge(`videobridge.websockets.domains = ["127.0.0.1:${port}"]`);
    const where = ['--url', bridge.restUrl, '--step-seconds', '8'];
    const { report } = await runTrestleLoad(['step', ...where, ...load], async () => {
      await until(() => (sockets.length < 3 ? 'not all channels are open' : undefined), 30_000);
      for (const socket of sockets.slice(0, 3)) socket.destroy();
      await until(() => (sockets.length < 6 ? 'not all are open again' : undefined), 30_000);
    });
    expect(report.steps[0]).toMatchObject({ joins: { failed: 0 }, cutOff: { clients: 0 } });
  });
});
