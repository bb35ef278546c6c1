import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { discoverByAws } from '../../../../src/config/addresses/aws-discovery.ts';
import { bridgeAddresses } from '../../../../src/config/bridge-addresses.ts';
import { loaded } from '../load-text.ts';

type Answers = Readonly<Record<string, string>>;

/** What EC2 answers to `METHOD path`, given the token. */
let answers: Answers = {};
const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
  const answer = authorized(request) ? answers[request.url ?? ''] : undefined;
  response.writeHead(answer === undefined ? 404 : 200).end(answer);
});
let endpoint = '';

function authorized({ method, url, headers }: IncomingMessage): boolean {
  if (url === '/latest/api/token') {
    return method === 'PUT' && Number(headers['x-aws-ec2-metadata-token-ttl-seconds']) > 0;
  }
  return headers['x-aws-ec2-metadata-token'] === 'a-token';
}

const ec2: Answers = {
  '/latest/api/token': 'a-token',
  '/latest/meta-data/local-ipv4': '127.0.0.1\n',
  '/latest/meta-data/public-ipv4': '203.0.113.9',
};

beforeEach(async () => {
  asked.length = 0;
  if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close().closeAllConnections());

test('the addresses of a machine on EC2 are asked for with a token', async () => {
  answers = ec2;
  expect(await discoverByAws(endpoint, 5000)).toEqual({
    localAddress: '127.0.0.1',
    publicAddress: '203.0.113.9',
  });
  expect(asked[0]).toBe('PUT /latest/api/token');
});

test.each<[string, Answers]>([
  ['no public address', { ...ec2, '/latest/meta-data/public-ipv4': '' }],
  ['another kind of service', { '/latest/api/token': 'a-token' }],
  ['no service of EC2', {}],
  ['text that is no address', { ...ec2, '/latest/meta-data/local-ipv4': '<html>' }],
])('%s is no answer', async (_name, given) => {
  answers = given;
  expect(await discoverByAws(endpoint, 5000)).toBeUndefined();
});

test('nobody there is no answer', async () => {
  expect(await discoverByAws('http://127.0.0.1:1', 5000)).toBeUndefined();
});

test('what EC2 says is advertised, and it is asked only where the configuration says so', async () => {
  answers = ec2;
  const conf = (enabled: boolean) =>
    loaded(
      `trestle.ice.loopback = true, ice4j.harvest { allowed-addresses = ["127.0.0.1"], mapping.aws.enabled = ${String(enabled)} }`,
    ).config.ice;
  const { advertise, hasValidAddress } = await bridgeAddresses(conf(true), endpoint);
  expect(hasValidAddress).toBe(true);
  expect(advertise).toContainEqual(
    expect.objectContaining({ type: 'srflx', ip: '203.0.113.9', relatedAddress: '127.0.0.1' }),
  );
  asked.length = 0;
  await bridgeAddresses(conf(false), endpoint);
  expect(asked).toEqual([]);
});
