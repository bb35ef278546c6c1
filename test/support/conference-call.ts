import { endpointId } from '../../src/model/ids.ts';
import type { VideoType } from '../../src/model/source.ts';
import { ConferenceScene } from './conference-scene.ts';
import type { FakeLink } from './fake-channel.ts';

/** A call in which everybody sends, and wants 720 pixels of everybody. */
export async function call(...ids: string[]) {
  const scene = new ConferenceScene();
  const links: Record<string, FakeLink> = {};
  for (const id of ids) links[id] = await scene.joinFully(id);
  const setType = (id: string, videoType: VideoType) =>
    scene.say(id, links[id]!, { type: 'video-type', source: undefined, videoType });
  const estimate = (id: string, availableBps: number) =>
    scene.report({ type: 'estimate', endpointId: endpointId(id), availableBps });
  const videoOf = (id: string) =>
    scene.media.endpoints.get(id)!.plan.streams.find(({ kind }) => kind === 'video');
  return { scene, links, setType, estimate, videoOf };
}
