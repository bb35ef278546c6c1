// A bridge whose own process dies: what its unit starts again is in the brewery soon, and is what a focus reaches there.
import { xml } from '@xmpp/client';
import { expect, it } from 'vitest';
import { BridgeProcess } from '../../support/bridge/bridge-process.ts';
import { FocusConference, microphone } from '../../support/bridge/focus-conference.ts';
import { joinAsOccupant } from '../../support/prosody/occupant.ts';
import { startProsody } from '../../support/prosody/prosody.ts';
import { until } from '../../support/until.ts';

const healthcheck = xml('healthcheck', { xmlns: 'http://jitsi.org/protocol/healthcheck' });

it.each(['SIGTERM', 'SIGKILL'] as const)(
  'after %s answers in the brewery again, under its own name',
  async (signal) => {
    const prosody = await startProsody({ globalConfig: 'smacks_hibernation_time = 600' });
    const focus = await joinAsOccupant(prosody);
    const jid = `${prosody.brewery}/bridge-1`;
    const config = `videobridge.apis.xmpp-client.configs.shard {
      hostname = 127.0.0.1, port = ${prosody.c2sPort}, domain = ${prosody.authDomain}
      username = jvb, password = jvb-secret
      muc_jids = "${prosody.brewery}", muc_nickname = bridge-1
      disable_certificate_verification = true
    }`;
    const answers = () =>
      until(async () => {
        if (!focus.sees('bridge-1')) return 'the bridge is not in the brewery';
        const { attrs } = await focus.request(jid, healthcheck);
        return attrs['type'] === 'result' ? undefined : `health is ${attrs['type']}`;
      }, 30_000);
    const first = await BridgeProcess.start({ config });
    let second: BridgeProcess | undefined;
    try {
      await answers();
      first.signal(signal);
      await first.ended;
      const startedMs = performance.now();
      second = await BridgeProcess.spawn({ config });
      const started = second.pid;
      expect(started).not.toBe(first.pid);
      await until(() => {
        const joined = second?.log.some(({ msg }) => String(msg).includes('joined')) === true;
        return joined ? undefined : JSON.stringify(second?.log.at(-1));
      }, 30_000);
      await answers();
      const tookMs = Math.round(performance.now() - startedMs);
      process.stdout.write(
        `back in the brewery ${tookMs} ms after the start that followed ${signal}\n`,
      );
      // Jicofo invites everybody again: a new conference, on the new process.
      const client = await new FocusConference(focus, jid, 'anew').join('aaaaaaaa', [
        microphone('aaaaaaaa', 1001),
      ]);
      await until(() => (client.connected ? undefined : client.state));
      client.close();
      expect(tookMs).toBeLessThan(20_000);
    } finally {
      await second?.stop();
      await focus.leave();
      await prosody.close();
    }
  },
  90_000,
);
