import { expect, test } from 'vitest';
import { judgeAddresses } from '../../../src/doctor/judge-addresses.ts';
import { judgeFirewall, judgePort } from '../../../src/doctor/judge-ports.ts';
import {
  judgeConfiguration,
  judgeFocus,
  judgeHealth,
  judgeWebSocket,
  judgeXmpp,
} from '../../../src/doctor/judge-signaling.ts';
import {
  judgeClock,
  judgeOpenFiles,
  judgeReceiveBuffer,
  judgeSteal,
  judgeWorker,
} from '../../../src/doctor/judge-system.ts';
import type { Verdict } from '../../../src/doctor/verdict.ts';

const addresses = {
  advertised: ['10.0.0.7'],
  hasValidAddress: false,
  stunFailed: false,
  doubts: [],
};
const port = {
  purpose: 'media (UDP)',
  where: '10.0.0.7:10000',
  state: 'free',
  ours: false,
} as const;
const taken = { ...port, state: 'taken' } as const;
const socket = { domain: 'meet.example', running: true } as const;
const html = '<html><h1>404</h1></html>';
const room = { room: 'jvbbrewery@internal.auth.meet.example', joined: true };
const login = { id: 'shard', server: 'localhost:5222' };

test.each<[string, Verdict | readonly Verdict[], Verdict['level'], RegExp]>([
  ['private addresses only', judgeAddresses(addresses), 'fail', /none that the internet/],
  [
    'a public address',
    judgeAddresses({ ...addresses, hasValidAddress: true }),
    'ok',
    /10\.0\.0\.7/,
  ],
  [
    'a silent STUN server',
    judgeAddresses({ ...addresses, stunFailed: true }).slice(1),
    'warn',
    /STUN/,
  ],
  [
    'a mapping for nobody',
    judgeAddresses({ ...addresses, doubts: ['a → b'] }).slice(1),
    'warn',
    /a → b/,
  ],
  ['a free port', judgePort(port), 'ok', /is free/],
  ['our own port', judgePort({ ...taken, ours: true }), 'ok', /is the bridge’s/],
  [
    'another’s port',
    judgePort({ ...taken, owner: 'java (process 7)' }),
    'fail',
    /taken by java \(process 7\)/,
  ],
  [
    'another’s TCP port',
    judgePort({ ...taken, purpose: 'media (TCP)' }),
    'warn',
    /another program/,
  ],
  ['a free port of a running bridge', judgePort({ ...port, ours: true }), 'warn', /not open/],
  [
    'a foreign address',
    judgePort({ ...port, state: 'no such address' }),
    'fail',
    /no address of this machine/,
  ],
  ['a port below 1024', judgePort({ ...port, state: 'not allowed' }), 'skip', /privileges/],
  ['no firewall to see', judgeFirewall(undefined, 10_000), 'skip', /UDP 10000/],
  [
    'an open firewall',
    judgeFirewall({ tool: 'nft', rules: 'policy accept;' }, 10_000),
    'ok',
    /nothing that drops/,
  ],
  [
    'a closed firewall',
    judgeFirewall({ tool: 'iptables', rules: '-P INPUT DROP' }, 10_000),
    'warn',
    /names UDP 10000/,
  ],
  [
    'a firewall with a rule',
    judgeFirewall({ tool: 'nft', rules: 'policy drop;\nudp dport 10000 accept' }, 10_000),
    'ok',
    /rule for 10000/,
  ],
  [
    'a small buffer',
    judgeReceiveBuffer(212_992, 10_485_760),
    'warn',
    /0\.2 MiB, 10\.0 MiB are wanted/,
  ],
  ['a large buffer', judgeReceiveBuffer(10_485_760, 10_485_760), 'ok', /10\.0 MiB/],
  ['no /proc', judgeReceiveBuffer(undefined, 1), 'skip', /cannot be read/],
  ['few files', judgeOpenFiles(1024), 'warn', /1024/],
  ['many files', judgeOpenFiles(65_000), 'ok', /65000/],
  ['files without limit', judgeOpenFiles(Infinity), 'ok', /Infinity/],
  ['files nobody tells', judgeOpenFiles(undefined), 'skip', /cannot be read/],
  ['no steal', judgeSteal(0.001), 'ok', /0\.1 %/],
  ['some steal', judgeSteal(0.05), 'warn', /5\.0 %/],
  ['much steal', judgeSteal(0.3), 'fail', /30\.0 %/],
  ['steal nobody tells', judgeSteal(undefined), 'skip', /proc/],
  ['a clock of 1970', judgeClock({ wallMs: 0 }), 'fail', /before this program/],
  [
    'a clock in step',
    judgeClock({ wallMs: Date.UTC(2026, 9, 1), synchronized: true }),
    'ok',
    /2026-10/,
  ],
  [
    'a clock by itself',
    judgeClock({ wallMs: Date.UTC(2026, 9, 1), synchronized: false }),
    'warn',
    /not synchronized/,
  ],
  [
    'a clock nobody watches',
    judgeClock({ wallMs: Date.UTC(2026, 9, 1) }),
    'skip',
    /nothing here tells/,
  ],
  ['no worker', judgeWorker({}), 'fail', /not built/],
  [
    'a worker',
    judgeWorker({ path: '/w', neededSeries: '3-a', answer: { series: '3-a', complaint: '' } }),
    'ok',
    /\/w/,
  ],
  [
    'a worker of another series',
    judgeWorker({ path: '/w', neededSeries: '3-a', answer: { series: '3-b', complaint: '' } }),
    'fail',
    /series 3-b, series 3-a is needed/,
  ],
  [
    'a worker without our patches',
    judgeWorker({ path: '/w', neededSeries: '3-a', answer: { series: '', complaint: 'father!' } }),
    'fail',
    /unknown patches/,
  ],
  ['a worker that cannot run', judgeWorker({ path: '/w' }), 'fail', /cannot be run/],
  [
    'a worker without a library',
    judgeWorker({
      path: '/w',
      neededSeries: '3-a',
      answer: {
        series: '',
        complaint: '/w: error while loading shared libraries: libuv.so.1: cannot open',
      },
    }),
    'fail',
    /lacks libuv\.so\.1/,
  ],
  [
    'a server that is gone',
    judgeXmpp({ ...login, failure: 'ECONNREFUSED' }),
    'fail',
    /ECONNREFUSED/,
  ],
  ['a server, no bridge', judgeXmpp(login), 'ok', /can be reached/],
  [
    'a wrong password',
    judgeXmpp({ ...login, rooms: [], state: 'not-authorized' }),
    'fail',
    /not-authorized/,
  ],
  ['a room', judgeXmpp({ ...login, rooms: [room] }), 'ok', /in jvbbrewery/],
  [
    'a room not entered',
    judgeXmpp({ ...login, rooms: [{ ...room, joined: false, reason: 'forbidden' }] }),
    'fail',
    /forbidden/,
  ],
  ['a focus that asked', judgeFocus(3), 'ok', /3 conferences/],
  ['a focus that did not', judgeFocus(0), 'skip', /not asked/],
  ['no bridge for a focus', judgeFocus(undefined), 'skip', /when the bridge runs/],
  [
    'a channel to us',
    judgeWebSocket({ ...socket, answer: { status: 403, body: 'wrong' } }),
    'ok',
    /leads to/,
  ],
  [
    'a channel to nginx',
    judgeWebSocket({ ...socket, answer: { status: 404, body: html } }),
    'fail',
    /itself/,
  ],
  [
    'a channel to the web page',
    judgeWebSocket({ ...socket, answer: { status: 200, body: html } }),
    'fail',
    /200 itself/,
  ],
  [
    'a channel to nowhere',
    judgeWebSocket({ ...socket, answer: { status: 502, body: html } }),
    'fail',
    /cannot reach the bridge/,
  ],
  [
    'a channel while we sleep',
    judgeWebSocket({ ...socket, running: false, answer: { status: 502, body: html } }),
    'skip',
    /does not run/,
  ],
  ['a domain nobody has', judgeWebSocket({ ...socket, failure: 'ENOTFOUND' }), 'warn', /ENOTFOUND/],
  ['a healthy bridge', judgeHealth(true, undefined), 'ok', /healthy/],
  ['an unhealthy bridge', judgeHealth(true, 'no worker'), 'fail', /no worker/],
  ['no bridge', judgeHealth(false, undefined), 'skip', /does not run/],
  ['a configuration', judgeConfiguration(['/jvb.conf'], []), 'ok', /jvb\.conf/],
  ['a doubtful configuration', judgeConfiguration(['/jvb.conf'], ['x: odd']), 'warn', /x: odd/],
])('%s', (_name, judged, level, found) => {
  const verdict = [judged].flat()[0];
  expect(verdict).toMatchObject({ level, found: expect.stringMatching(found) as string });
  const troubled = level === 'warn' || level === 'fail';
  expect([verdict?.why !== undefined, verdict?.todo !== undefined]).toEqual([troubled, troubled]);
});
