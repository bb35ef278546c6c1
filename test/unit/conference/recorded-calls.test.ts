// What real clients said in recorded calls (test/golden/data/client) is said again: receivers and senders must be
// told the same, in the same order, as JVB told them.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ChannelEvent } from '../../../src/conference/channel-messages.ts';
import { endpointId, sourceName } from '../../../src/model/ids.ts';
import { decodeBridgeMessage } from '../../../src/protocol/channel/bridge-message.ts';
import { channelCodec } from '../../../src/signaling/channel-codec.ts';
import {
  camera,
  cameraLayers,
  ConferenceScene,
  microphone,
  updateCommand,
} from '../../support/conference-scene.ts';
import type { FakeLink } from '../../support/fake-channel.ts';

type Line = {
  readonly s: number;
  readonly who: string;
  readonly mark: string;
  readonly text: string;
};

function recording(name: string): { ids: Map<string, string>; lines: Line[] } {
  const file = new URL(`../../golden/data/client/channel-${name}.log`, import.meta.url);
  const [head = '', ...rest] = readFileSync(file, 'utf8').split('\n');
  const named = [...head.matchAll(/(p\d) = (\w+)/g)].map(
    ([, who = '', id = '']) => [who, id] as const,
  );
  const lines = rest.flatMap((line) => {
    const match = /^\s*([\d.]+) (p\d) (>>|<<) (?:DC|WS) (.*)$/.exec(line);
    if (!match) return [];
    const [, s = '', who = '', mark = '', text = ''] = match;
    return [{ s: Number(s), who, mark, text }];
  });
  return { ids: new Map(named), lines };
}

/** Who is in the call, be it only as the owner of a source. */
function participants(ids: ReadonlyMap<string, string>, lines: readonly Line[]): string[] {
  const owners = lines.flatMap(({ text }) => [...text.matchAll(/"owner":"(\w+)"/g)]);
  return [...new Set([...ids.values(), ...owners.map(([, owner = '']) => owner)])];
}

/** What counts of what a client is told. */
function essence(event: ChannelEvent): string[] {
  if (event.type === 'forwarded-sources') return [[...event.sources].sort().join(' ')];
  if (event.type === 'sender-constraints') return [`${event.source} ${event.maxHeight}`];
  return [];
}

function essenceOfText(text: string): string[] {
  const message = decodeBridgeMessage(text);
  if (!message.ok) throw new Error(message.error);
  const { value } = message;
  switch (value.colibriClass) {
    case 'ForwardedSources':
      return essence({ type: 'forwarded-sources', sources: value.forwardedSources });
    case 'SenderSourceConstraints':
      return [`${value.sourceName} ${value.maxHeight}`];
    default:
      return [];
  }
}

/** Plays the clients' part; returns what each was told from `fromS` on, by JVB and by us. */
async function replay(name: string, fromS: number) {
  const { ids, lines } = recording(name);
  const scene = new ConferenceScene();
  const links = new Map<string, FakeLink>();
  for (const id of participants(ids, lines)) links.set(id, await scene.joinFully(id));
  const recorded: Record<string, string[]> = Object.fromEntries(
    [...links.keys()].map((id) => [id, []]),
  );
  const start = new Map([...links].map(([id, link]) => [id, link.events.length]));
  for (const { who, mark, text } of lines.filter(({ s }) => s >= fromS)) {
    const id = ids.get(who) ?? who;
    if (mark === '>>') {
      say(id, text);
    } else {
      // The focus passed the new source on at some time before JVB spoke of it.
      const [, sharer] = /"(\w+)-v1"/.exec(text) ?? [];
      if (sharer !== undefined) await share(sharer);
      (recorded[id] ??= []).push(...essenceOfText(text));
    }
  }
  const ours = Object.fromEntries(
    [...links].map(([id, link]) => [id, link.events.slice(start.get(id)).flatMap(essence)]),
  );
  return { recorded, ours };

  function say(id: string, text: string): void {
    const command = channelCodec.decode(text);
    if (command.ok) scene.say(id, links.get(id)!, command.value);
  }

  async function share(id: string): Promise<void> {
    const screen = { ...camera(id, `${id}-v1`), videoType: 'desktop' } as const;
    const sources = [microphone(id), camera(id), screen];
    await scene.execute({ endpoints: [updateCommand(id, { sources })] });
    scene.report({
      type: 'layers',
      endpointId: endpointId(id),
      source: sourceName(screen.name),
      layers: cameraLayers(),
    });
  }
}

describe('a recorded call', () => {
  it('in which a receiver changes heights, stage and last-n', async () => {
    const { recorded, ours } = await replay('constraints-3', 3);
    expect(Object.values(recorded).map((told) => told.length)).toEqual([4, 0, 0]);
    expect(ours).toEqual(recorded);
  });

  it('in which a camera is muted twice', async () => {
    const { recorded, ours } = await replay('mute-2', 1.5);
    expect(Object.values(recorded).map((told) => told.length)).toEqual([4, 4]);
    expect(ours).toEqual(recorded);
  });

  it('in which somebody shares a screen', async () => {
    const { recorded, ours } = await replay('screenshare-2', 1.5);
    expect(Object.values(recorded).map((told) => told.length)).toEqual([1, 2]);
    expect(ours).toEqual(recorded);
  });
});
