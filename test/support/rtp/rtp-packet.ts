export * from '../../../loadtest/rtp/rtp-packet.ts';
