export * from '../../../loadtest/rtp/rtcp-packet.ts';
