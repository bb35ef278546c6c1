export * from '../../../loadtest/client/offer-sdp.ts';
