import { expect, it } from 'vitest';
import { type Mapping, RemoteStreams } from '../../../demo/page/call/remote-streams.ts';

function camera(owner: string, ssrc: number): Mapping {
  const source = `${owner}-v0`;
  return { kind: 'video', ssrc, rtx: ssrc + 1, source, owner, videoType: 'camera' };
}

it('asks for an m-line once for every SSRC', () => {
  const streams = new RemoteStreams();
  expect(streams.map(camera('ada', 10))).toBe(10);
  expect(streams.map(camera('ada', 10))).toBeUndefined();
  expect(streams.map(camera('grace', 10))).toBeUndefined();
  expect(streams.get(10)).toMatchObject({ source: 'grace-v0', owner: 'grace' });
});

it('moves a source that is announced on another SSRC', () => {
  const streams = new RemoteStreams();
  streams.map(camera('ada', 10));
  expect(streams.map(camera('ada', 20))).toBe(20);
  expect(streams.all.map(({ ssrc, source }) => [ssrc, source])).toEqual([
    [10, undefined],
    [20, 'ada-v0'],
  ]);
});

it('keeps the SSRC of a member who left for whoever is mapped next', () => {
  const streams = new RemoteStreams();
  streams.map(camera('ada', 10));
  streams.forget('ada');
  expect(streams.get(10)).toMatchObject({ source: undefined, live: true });
  expect(streams.map(camera('grace', 10))).toBeUndefined();
});

it('needs the m-line again when a withdrawn source comes back', () => {
  const streams = new RemoteStreams();
  streams.map(camera('ada', 10));
  expect(streams.withdraw('ada-v0')).toBe(10);
  expect(streams.withdraw('ada-v0')).toBeUndefined();
  expect(streams.map(camera('ada', 10))).toBe(10);
});
