import { Call } from './call/call.ts';
import { canShareScreen, findDevices, LocalMedia } from './media/local-media.ts';
import { readSettings, rememberName, roomOfAddress, type Settings } from './settings.ts';
import { CallView } from './view/call-view.ts';
import { element } from './view/element.ts';
import { type Entry, showLobby } from './view/lobby-view.ts';

const settings = readSettings();
const room = roomOfAddress();
addEventListener('hashchange', () => location.reload());

const devices = await findDevices();
const entry: Entry = settings.join
  ? {
      name: settings.name || 'Guest',
      picture: settings.picture ?? (devices.camera ? 'camera' : 'drawn'),
      sound: settings.sound ?? (devices.microphone ? 'microphone' : 'tone'),
    }
  : await showLobby(settings, room, devices);
if (!settings.join) rememberName(entry.name);
await startCall(settings, entry);

/** Connects what the person does to the call, and the call to what is shown. */
async function startCall(options: Settings, { name, picture, sound }: Entry): Promise<void> {
  const media = new LocalMedia(options);
  const own = new Map<'v0' | 'v1', MediaStreamTrack | null>();
  let microphone: MediaStreamTrack | null = null;
  let microphoneMuted = sound === 'none';

  const call = new Call({
    room,
    name,
    codec: options.codec,
    dataChannel: options.channel === 'sctp',
    ssrcRewriting: options.ssrcRewriting,
    iceTransport: options.iceTransport,
    onChange: () => scheduleUpdate(),
  });

  const toggleCamera = async (): Promise<void> => {
    const current = own.get('v0');
    current?.stop();
    own.set('v0', current ? null : await media.picture(orDrawn(picture), name));
    await call.setCamera(own.get('v0') ?? null);
  };
  const toggleMicrophone = async (): Promise<void> => {
    microphone ??= await media.sound(sound === 'none' ? 'tone' : sound);
    microphoneMuted = !microphoneMuted;
    await call.setMicrophone(microphone, microphoneMuted);
  };
  const toggleScreen = async (): Promise<void> => {
    own.get('v1')?.stop();
    const track = own.get('v1') ? null : await media.screen();
    own.set('v1', track);
    track?.addEventListener('ended', () => void toggleScreen());
    await call.setScreen(track);
  };

  const view = new CallView(call, room, {
    onCamera: () => void attempt(toggleCamera),
    onMicrophone: () => void attempt(toggleMicrophone),
    onScreen: () => void attempt(toggleScreen),
    onVolume: (volume) => {
      if (media.tone) media.tone.volume = volume;
    },
    onLeave: () => {
      call.leave();
      for (const track of [microphone, ...own.values()]) track?.stop();
      showGoodbye();
    },
  });

  let scheduled = false;
  const update = (): void => {
    scheduled = false;
    if (call.state.status.type === 'left') return;
    view.update(own, {
      microphoneMuted,
      cameraMuted: !own.get('v0'),
      sharing: Boolean(own.get('v1')),
      canShare: canShareScreen(),
      volume: media.tone?.volume,
    });
  };
  function scheduleUpdate(): void {
    if (!scheduled) queueMicrotask(update);
    scheduled = true;
  }

  addEventListener('pagehide', () => call.leave());
  if (picture !== 'none') await attempt(toggleCamera);
  if (sound !== 'none') {
    microphoneMuted = true;
    await attempt(toggleMicrophone);
  }
}

const orDrawn = (choice: Entry['picture']): Entry['picture'] =>
  choice === 'none' ? 'drawn' : choice;

/** Tells the person when a device or they themselves refused. */
async function attempt(task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    const notice = element('p', { className: 'notice', role: 'alert' }, error.message);
    document.body.append(notice);
    setTimeout(() => notice.remove(), 5000);
  }
}

function showGoodbye(): void {
  const again = element('button', { className: 'primary', type: 'button' }, 'Join again');
  again.addEventListener('click', () => location.reload());
  document.body.replaceChildren(
    element(
      'main',
      { className: 'lobby-page' },
      element('div', { className: 'lobby goodbye' }, element('h1', {}, 'You left the call'), again),
    ),
  );
}
