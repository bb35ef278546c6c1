import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buildNative,
  measureNative,
  nativeFloor,
} from '../../../loadtest/certify/native-limits.ts';
import type { Report } from '../../../loadtest/report/report.ts';
import { BridgeProcess } from '../../support/bridge/bridge-process.ts';
import { runProgram } from '../../support/run-trestle-load.ts';

describe('native-bench', () => {
  beforeAll(buildNative);

  it('says what kernel and crypto of this machine cost, and which machine that is', () => {
    const limits = measureNative(0.05);
    expect(limits.machine.cpu).not.toBe('');
    expect(limits.machine.kernel).toMatch(/^\d+\.\d+/);
    expect(limits.machine.cores).toBeGreaterThan(0);
    const figures = Object.fromEntries(
      (['srtp', 'sendAudio', 'sendVideo', 'receive'] as const).map((part) => [
        part,
        limits[part].map(({ name, packetBytes }) => `${name} ${packetBytes}`),
      ]),
    );
    const ciphers = ['aead-aes-128-gcm', 'aead-aes-256-gcm', 'aes-128-cm-sha1-80'];
    expect(figures).toEqual({
      srtp: [110, 300, 600, 1100].flatMap((bytes) =>
        ciphers.map((each) => `srtp ${each} ${bytes}`),
      ),
      sendAudio: ['sendto 110'],
      sendVideo: ['sendto', 'sendmmsg', 'gso 1', 'gso 2', 'gso 4', 'gso 8', 'gso 16'].map(
        (way) => `${way} 1100`,
      ),
      receive: ['recvmmsg 1 1100', 'recvmmsg 20 1100', 'gro 1100'],
    });
    const { srtp, sendAudio, sendVideo, receive } = limits;
    for (const { usPerPacket } of [...srtp, ...sendAudio, ...sendVideo, ...receive]) {
      expect(usPerPacket).toBeGreaterThan(0);
    }
    // A system call for sixteen packets, and larger packets to encrypt: whatever the machine.
    const of = (name: string) => sendVideo.find((each) => each.name === name)!.usPerPacket;
    expect(of('gso 16')).toBeLessThan(of('gso 1'));
    expect(srtp[11]!.usPerPacket).toBeGreaterThan(srtp[2]!.usPerPacket);
    expect(nativeFloor(limits, 'sendto')).toBeGreaterThan(sendAudio[0]!.usPerPacket);
  });
});

describe('trestle-load certify', { timeout: 150_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'certify-'));
  let bridge: BridgeProcess;
  beforeAll(async () => {
    bridge = await BridgeProcess.start();
  });
  afterAll(async () => {
    await bridge.stop();
    rmSync(folder, { recursive: true });
  });

  it('writes the capacity of this machine by shape of room', async () => {
    const [json, html] = [join(folder, 'capacity.json'), join(folder, 'capacity.html')];
    const tiny = [
      '--sizes',
      '2',
      '--settle',
      '0',
      '--step-seconds',
      '1',
      '--native-seconds',
      '0.05',
    ];
    const { code, output } = await runProgram([
      'certify',
      ...['--url', bridge.restUrl, '--json', json, '--html', html],
      ...tiny,
    ]);
    const written = JSON.parse(readFileSync(json, 'utf8')) as {
      readonly native: object;
      readonly reports: readonly Report[];
      readonly certificate: string;
    };
    expect(output).toContain(written.certificate);
    expect(written.native).toHaveProperty('srtp');
    const shapes = written.reports.map(({ scenario, steps }) => [scenario, steps.length]);
    expect(shapes).toEqual([
      ['meeting', 1],
      ['many-rooms', 1],
      ['webinar', 1],
      ['audio', 1],
    ]);
    expect(written.certificate).toContain('packets/s in and out');
    expect(written.certificate).toMatch(/At best one core of it sends \d+ small packets\/s/);
    const page = readFileSync(html, 'utf8');
    for (const { scenario, verdict } of written.reports) {
      // What a busy machine did not let be judged has no capacity, and says why.
      const row = new RegExp(`^\\| ${scenario} \\| (.*) \\|$`, 'm').exec(written.certificate)![1]!;
      expect(row).toContain(verdict.highestPassed ?? `nothing | 0 | – | ${verdict.result}: `);
      if (verdict.result === 'PASS') expect(row).toContain('the sizes: it may carry more');
      expect(page).toContain(`<td>${scenario}</td>`);
    }
    const results = written.reports.map(({ verdict }) => verdict.result);
    const worst = (['FAIL', 'INVALID', 'PASS'] as const).find((each) => results.includes(each))!;
    expect(code).toBe({ PASS: 0, FAIL: 1, INVALID: 2 }[worst]);
  });
});
