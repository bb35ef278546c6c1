import { Call } from './call/call.ts';
import { findDevices, LocalMedia } from './media/local-media.ts';
import { OwnMedia } from './own-media.ts';
import { readSettings, rememberName, roomOfAddress, type Settings } from './settings.ts';
import { CallView } from './view/call-view.ts';
import { showGoodbye } from './view/goodbye-view.ts';
import { type Entry, showLobby } from './view/lobby-view.ts';
import { showNotice } from './view/notice.ts';

const room = roomOfAddress();
addEventListener('hashchange', () => location.reload());
await start(readSettings());

async function start(settings: Settings): Promise<void> {
  const devices = await findDevices();
  if (!settings.join) {
    const entry = await showLobby(settings, room, devices);
    rememberName(entry.name);
    await startCall(settings, entry);
    return;
  }
  await startCall(settings, {
    name: settings.name === '' ? 'Guest' : settings.name,
    picture: settings.picture ?? (devices.camera ? 'camera' : 'drawn'),
    sound: settings.sound ?? (devices.microphone ? 'microphone' : 'tone'),
  });
}

/** Connects what the person does to the call, and the call to what is shown. */
async function startCall(settings: Settings, entry: Entry): Promise<void> {
  let scheduled = false;
  const call = new Call({
    room,
    name: entry.name,
    codec: settings.codec,
    lastN: settings.lastN,
    dataChannel: settings.channel === 'sctp',
    ssrcRewriting: settings.ssrcRewriting,
    iceTransport: settings.iceTransport,
    onChange: () => {
      if (!scheduled) queueMicrotask(update);
      scheduled = true;
    },
  });
  const own = new OwnMedia(call, new LocalMedia(settings), entry);
  const view = new CallView(call, room, {
    onCamera: () => void attempt(() => own.toggleCamera()),
    onMicrophone: () => void attempt(() => own.toggleMicrophone()),
    onScreen: () => void attempt(() => own.toggleScreen()),
    onVolume: (volume) => own.setVolume(volume),
    onLeave: () => {
      call.leave();
      own.stop();
      showGoodbye();
    },
  });
  function update(): void {
    scheduled = false;
    if (call.state.status.type !== 'left') view.update(own.tracks, own.controls);
  }
  addEventListener('online', () => call.restartIce()); // perhaps by another network
  addEventListener('pagehide', () => call.leave());
  if (entry.picture !== 'none') await attempt(() => own.toggleCamera());
  if (entry.sound !== 'none') await attempt(() => own.toggleMicrophone());
}

/** Tells the person when a device or they themselves refused. */
async function attempt(task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    showNotice(error.message);
  }
}
