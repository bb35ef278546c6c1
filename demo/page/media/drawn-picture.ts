import { drawFrame, type Drawing } from './drawing.ts';

/** Chromium's way to make a video track of frames; absent elsewhere. */
type TrackGenerator = MediaStreamTrack & { readonly writable: WritableStream<VideoFrame> };
type TrackGeneratorClass = new (init: { kind: 'video' }) => TrackGenerator;

/** A video track that shows a drawing until it is stopped. */
export function drawnPicture(drawing: Drawing): MediaStreamTrack {
  const Generator = (globalThis as { MediaStreamTrackGenerator?: TrackGeneratorClass })
    .MediaStreamTrackGenerator;
  return Generator ? drawInWorker(drawing, new Generator({ kind: 'video' })) : drawHere(drawing);
}

function drawInWorker(drawing: Drawing, track: TrackGenerator): MediaStreamTrack {
  const worker = new Worker(new URL('./drawing-worker.ts', import.meta.url), { type: 'module' });
  const frames = track.writable;
  worker.postMessage({ drawing, frames }, [frames]);
  return track;
}

function drawHere(drawing: Drawing): MediaStreamTrack {
  const canvas = document.createElement('canvas');
  canvas.width = drawing.widthPx;
  canvas.height = drawing.heightPx;
  const context = canvas.getContext('2d');
  const [track] = canvas.captureStream(drawing.frameRate).getVideoTracks();
  if (!context || !track) throw new Error('this browser cannot draw a picture');
  const timer = setInterval(() => {
    if (track.readyState === 'ended') clearInterval(timer);
    else drawFrame(context, drawing, Date.now());
  }, 1000 / drawing.frameRate);
  return track;
}
