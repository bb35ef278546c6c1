// Draws in a worker: a page in the background is not drawn, and its timers are slowed, a worker's are not.
// So somebody with two tabs of one call still sees the hidden tab's picture move.
import { drawFrame, type Drawing } from './drawing.ts';

type Start = { readonly drawing: Drawing; readonly frames: WritableStream<VideoFrame> };

addEventListener('message', ({ data }: MessageEvent<Start>) => {
  const { drawing, frames } = data;
  const canvas = new OffscreenCanvas(drawing.widthPx, drawing.heightPx);
  const context = canvas.getContext('2d');
  const writer = frames.getWriter();
  if (!context) throw new Error('this browser cannot draw in a worker');
  const timer = setInterval(() => {
    if ((writer.desiredSize ?? 0) <= 0) return;
    drawFrame(context, drawing, Date.now());
    const timestamp = Math.round(performance.now() * 1000);
    writer.write(new VideoFrame(canvas, { timestamp })).catch(() => {
      clearInterval(timer);
      close();
    });
  }, 1000 / drawing.frameRate);
});
