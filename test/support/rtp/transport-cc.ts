export * from '../../../loadtest/rtp/transport-cc.ts';
