// Runs in the recording browser's page.

/** A picture that moves all over, sent to a peer. */
export async function offerCamera(setup: {
  codec: string;
  framesPerSecond: number;
  encodings: readonly object[];
}): Promise<string> {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [1280, 720];
  const context = canvas.getContext('2d')!;
  let frame = 0;
  setInterval(() => {
    frame += 1;
    context.fillStyle = `hsl(${frame % 360} 40% 45%)`;
    context.fillRect(0, 0, 1280, 720);
    for (let shape = 0; shape < 60; shape += 1) {
      context.fillStyle = `hsl(${(shape * 37 + frame) % 360} 70% 60%)`;
      const [x, y] = [
        Math.sin(frame / 20 + shape) * 560 + 600,
        Math.cos(frame / 27 + shape * 1.7) * 300 + 330,
      ];
      context.fillRect(x, y, 30 + shape, 20 + shape);
    }
    context.font = '80px sans-serif';
    context.fillStyle = 'white';
    context.fillText(`generated ${frame}`, 60, 120);
  }, 1000 / setup.framesPerSecond);
  const [track] = canvas.captureStream(setup.framesPerSecond).getVideoTracks();
  const peer = new RTCPeerConnection();
  Object.assign(globalThis, { peer });
  const transceiver = peer.addTransceiver(track!, {
    direction: 'sendonly',
    sendEncodings: setup.encodings as RTCRtpEncodingParameters[],
  });
  const codecs = RTCRtpSender.getCapabilities('video')!.codecs;
  const wanted = codecs.find(({ mimeType }) => mimeType === `video/${setup.codec}`)!;
  transceiver.setCodecPreferences([wanted]);
  const offer = await peer.createOffer();
  await peer.setLocalDescription(offer);
  return offer.sdp!;
}

export async function acceptAnswer(sdp: string): Promise<void> {
  const { peer } = globalThis as unknown as { peer: RTCPeerConnection };
  await peer.setRemoteDescription({ type: 'answer', sdp });
}
