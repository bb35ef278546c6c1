import { expect, test } from 'vitest';
import { beginnings, exceptions } from '../../../../src/config/reload/live-keys.ts';
import { planReload } from '../../../../src/config/reload/plan-reload.ts';
import { settings } from '../../../../src/config/settings/settings.ts';
import { loaded } from '../load-text.ts';

const login = (password: string) => `videobridge.apis.xmpp-client.configs.a {
  hostname = h, username = u, password = ${password}, muc_jids = "r@m", muc_nickname = n }
`;

const plan = (before: string, after: string) => planReload(loaded(before), loaded(after));

test('live keys are taken up, others wait, and the running configuration says so', () => {
  const {
    loaded: now,
    applied,
    waiting,
  } = plan(
    'videobridge { cc.jvb-last-n = 20, ice.udp.port = 10000 }',
    'videobridge { cc.jvb-last-n = 5, ice.udp.port = 20000 }',
  );
  expect(applied).toEqual([{ key: 'videobridge.cc.jvb-last-n', from: '20', to: '5' }]);
  expect(waiting).toEqual([{ key: 'videobridge.ice.udp.port', from: '10000', to: '20000' }]);
  expect(now.config.congestion.jvbLastN).toBe(5);
  expect(now.config.ice.udpPort).toBe(10_000);
});

test('what waits is told of at every reload, what was taken up is not', () => {
  const file = loaded('videobridge { cc.jvb-last-n = 5, ice.udp.port = 20000 }');
  const first = planReload(loaded(''), file);
  const second = planReload(first.loaded, file);
  expect(second.applied).toEqual([]);
  expect(second.waiting.map(({ key }) => key)).toEqual(['videobridge.ice.udp.port']);
});

test('a line taken out brings the default back', () => {
  const { loaded: now, applied } = plan('videobridge.cc.assumed-bandwidth-limit = 1 mbps', '');
  expect(applied).toEqual([
    { key: 'videobridge.cc.assumed-bandwidth-limit', from: '"1 mbps"', to: '–' },
  ]);
  expect(now.config.congestion).not.toHaveProperty('assumedBandwidthLimitBps');
});

test('the same value in another notation is no change', () => {
  expect(
    plan('videobridge.health.interval = 1 minute', 'videobridge.health.interval = 60s'),
  ).toEqual(expect.objectContaining({ applied: [], waiting: [] }));
});

test('a login with another password waits, and neither password is told', () => {
  const { waiting, applied } = plan(login('hunter2'), login('hunter3'));
  expect(applied).toEqual([]);
  expect(waiting).toEqual([
    { key: 'videobridge.apis.xmpp-client.configs.a', from: 'as it was', to: 'another login' },
  ]);
});

test('no rule for live keys is left without a key', () => {
  const keys = Object.keys(settings);
  expect(beginnings.filter((beginning) => !keys.some((key) => key.startsWith(beginning)))).toEqual(
    [],
  );
  expect(exceptions.filter((key) => !keys.includes(key))).toEqual([]);
});
