#ifndef TRESTLE_ENDPOINT_PACKETS_HPP
#define TRESTLE_ENDPOINT_PACKETS_HPP

#include <cstdint>

/**
 * RTP and RTCP packets exchanged with endpoints since the worker started: those of a
 * WebRtcTransport, after decryption and before encryption.
 */
struct EndpointPackets
{
	static inline thread_local uint64_t received{ 0u };
	static inline thread_local uint64_t sent{ 0u };
};

#endif
