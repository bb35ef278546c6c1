import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { atTheEnd } from '../../support/at-the-end.ts';
import { MediasoupPlane } from '../../../src/io/media/media-plane.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
import { until } from '../../support/until.ts';
import {
  letHear,
  mediaOptions,
  openConference,
  packets,
  recordingLogger,
  workerBin,
} from './media-fixture.ts';

const inNamespace = ['--map-root-user', '--mount'];

/** A worker that finds a file system in memory of this size in `folder`, and an empty file `journal` in it. */
function workerWithMemory(folder: string, bytes: number): string {
  const path = join(mkdtempSync(join(tmpdir(), 'trestle-memory-')), 'worker');
  const mount = `mount -t tmpfs -o size=${bytes} trestle-test ${folder} && touch ${folder}/journal`;
  writeFileSync(
    path,
    `#!/bin/sh\nexec unshare ${inNamespace.join(' ')} sh -c '${mount} && exec ${workerBin()} "$@"' sh "$@"\n`,
  );
  chmodSync(path, 0o755);
  atTheEnd(() => rmSync(join(path, '..'), { recursive: true }));
  return path;
}

/** Why not: containers may forbid it. */
const { status, stderr } = spawnSync(
  'unshare',
  [...inNamespace, 'mount', '-t', 'tmpfs', 'trestle-test', tmpdir()],
  { encoding: 'utf8' },
);
const forbidden = status === 0 ? '' : ` (no file system can be mounted here: ${stderr.trim()})`;

it.skipIf(forbidden !== '').each([
  ['for nothing', 4096],
  ['for sessions and not for their streams', 96 * 1024],
])(
  `a worker goes on where memory for its journal is enough %s${forbidden}`,
  async (_what, bytes) => {
    const folder = mkdtempSync(join(tmpdir(), 'trestle-memory-'));
    atTheEnd(() => rmSync(folder, { recursive: true }));
    const log = recordingLogger();
    const journal = { path: join(folder, 'journal'), close: () => undefined };
    const options = mediaOptions({
      workerBin: workerWithMemory(folder, bytes),
      openJournal: () => journal,
    });
    const plane = await MediasoupPlane.start(options, log);
    atTheEnd(() => plane.close());
    const conference = await openConference(plane);
    const alice = await conference.join('alice');
    const bob = await conference.join('bob');
    letHear(bob, alice, 1001);
    const flow = new AudioFlow({ client: alice.client, ssrc: 1001 });
    atTheEnd(() => flow.stop());
    await packets(bob.client, 1001, 50);
    expect(plane.figures().workersDied).toBe(0);
    const lines = () => log.lines.filter(({ message }) => message.includes('room for the journal'));
    await until(() => (lines().length > 0 ? undefined : 'nothing is logged'));
    expect(lines()).toHaveLength(1);
  },
);
