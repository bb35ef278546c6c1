// The part of libsrtp 3's API that mediasoup's worker uses, on top of Debian's libsrtp 2.
//
// libsrtp 3 has opaque policies and writes into a destination buffer of its own; libsrtp 2 has a plain struct and works in place.
// AES-GCM goes through SrtpGcmSender and SrtpGcmReceiver instead.
#ifndef TRESTLE_SRTP_SHIM_H
#define TRESTLE_SRTP_SHIM_H

#include "SrtpGcmReceiver.hpp"
#include "SrtpGcmSender.hpp"
#include <arpa/inet.h>
#include <cstring>
#include <memory>
#include <srtp2/srtp.h>

namespace srtp3
{
	struct Policy
	{
		srtp_policy_t base{};
		srtp_profile_t profile{};
		// Key and salt.
		unsigned char key[64]{};
	};

	struct Session
	{
		// At most one of the three.
		srtp_t base{ nullptr };
		std::unique_ptr<SrtpGcmSender> gcmSender;
		std::unique_ptr<SrtpGcmReceiver> gcmReceiver;
	};
} // namespace srtp3

// Codes that libsrtp 2 does not have.
static constexpr auto srtp_err_status_buffer_small = static_cast<srtp_err_status_t>(28);
static constexpr auto srtp_err_status_cryptex_err  = static_cast<srtp_err_status_t>(29);

#define srtp_policy_t srtp3_policy_t
#define srtp_t srtp3_t

using srtp3_policy_t = srtp3::Policy*;
using srtp3_t        = srtp3::Session*;

inline srtp_err_status_t srtp_policy_create(srtp3::Policy** policy)
{
	*policy = new srtp3::Policy();

	return srtp_err_status_ok;
}

inline void srtp_policy_destroy(srtp3::Policy* policy)
{
	OPENSSL_cleanse(policy->key, sizeof(policy->key));
	delete policy;
}

inline srtp_err_status_t srtp_policy_set_ssrc(srtp3::Policy* policy, srtp_ssrc_t ssrc)
{
	policy->base.ssrc = ssrc;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_profile(srtp3::Policy* policy, srtp_profile_t profile)
{
	policy->profile = profile;

	const auto err = srtp_crypto_policy_set_from_profile_for_rtp(&policy->base.rtp, profile);

	return err ? err : srtp_crypto_policy_set_from_profile_for_rtcp(&policy->base.rtcp, profile);
}

inline srtp_err_status_t srtp_policy_add_key(
  srtp3::Policy* policy,
  const uint8_t* key,
  size_t keyLen,
  const uint8_t* salt,
  size_t saltLen,
  const uint8_t* /*mki*/,
  size_t /*mkiLen*/)
{
	if (keyLen + saltLen > sizeof(policy->key))
	{
		return srtp_err_status_bad_param;
	}

	std::memcpy(policy->key, key, keyLen);
	std::memcpy(policy->key + keyLen, salt, saltLen);
	policy->base.key = policy->key;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_allow_repeat_tx(srtp3::Policy* policy, bool allow)
{
	policy->base.allow_repeat_tx = allow;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_window_size(srtp3::Policy* policy, size_t size)
{
	policy->base.window_size = size;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_create(srtp3::Session** session, srtp3::Policy* policy)
{
	auto created = std::make_unique<srtp3::Session>();
	bool valid{ true };

	if (!SrtpGcm::supports(policy->profile))
	{
		valid = ::srtp_create(&created->base, &policy->base) == srtp_err_status_ok;
	}
	else if (policy->base.ssrc.type == ssrc_any_outbound)
	{
		created->gcmSender = std::make_unique<SrtpGcmSender>(policy->profile, policy->key);
		valid              = created->gcmSender->IsValid();
	}
	else
	{
		created->gcmReceiver = std::make_unique<SrtpGcmReceiver>(policy->profile, policy->key);
		valid                = created->gcmReceiver->IsValid();
	}

	if (!valid)
	{
		return srtp_err_status_cipher_fail;
	}

	*session = created.release();

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_dealloc(srtp3::Session* session)
{
	const auto err = session->base ? ::srtp_dealloc(session->base) : srtp_err_status_ok;

	delete session;

	return err;
}

namespace srtp3
{
	using InPlace = srtp_err_status_t (*)(::srtp_ctx_t*, void*, int*);

	inline srtp_err_status_t run(
	  InPlace function, Session* session, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen)
	{
		if (out != in)
		{
			std::memcpy(out, in, inLen);
		}

		int len        = static_cast<int>(inLen);
		const auto err = function(session->base, out, &len);

		*outLen = static_cast<size_t>(len);

		return err;
	}
} // namespace srtp3

inline srtp_err_status_t srtp_protect(
  srtp3::Session* session, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen, size_t /*mkiIndex*/)
{
	if (session->gcmSender)
	{
		return session->gcmSender->Protect(in, inLen, out, outLen);
	}

	if (*outLen < inLen + SRTP_MAX_TRAILER_LEN)
	{
		return srtp_err_status_buffer_small;
	}

	return srtp3::run(::srtp_protect, session, in, inLen, out, outLen);
}

inline srtp_err_status_t srtp_protect_rtcp(
  srtp3::Session* session, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen, size_t /*mkiIndex*/)
{
	if (session->gcmSender)
	{
		return session->gcmSender->ProtectRtcp(in, inLen, out, outLen);
	}

	if (*outLen < inLen + SRTP_MAX_TRAILER_LEN + 4)
	{
		return srtp_err_status_buffer_small;
	}

	return srtp3::run(::srtp_protect_rtcp, session, in, inLen, out, outLen);
}

inline srtp_err_status_t srtp_unprotect(
  srtp3::Session* session, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen)
{
	if (session->gcmReceiver)
	{
		return session->gcmReceiver->Unprotect(in, inLen, out, outLen);
	}

	return srtp3::run(::srtp_unprotect, session, in, inLen, out, outLen);
}

inline srtp_err_status_t srtp_unprotect_rtcp(
  srtp3::Session* session, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen)
{
	if (session->gcmReceiver)
	{
		return session->gcmReceiver->UnprotectRtcp(in, inLen, out, outLen);
	}

	return srtp3::run(::srtp_unprotect_rtcp, session, in, inLen, out, outLen);
}

// mediasoup gives the SSRC in network order, which is what libsrtp 2.5 wants.
inline srtp_err_status_t srtp_stream_remove(srtp3::Session* session, uint32_t ssrc)
{
	// Dropping the state of an outgoing SSRC could repeat a GCM nonce: see SrtpGcmSender.
	if (session->gcmSender)
	{
		return srtp_err_status_ok;
	}

	if (session->gcmReceiver)
	{
		session->gcmReceiver->RemoveStream(ntohl(ssrc));

		return srtp_err_status_ok;
	}

	return ::srtp_remove_stream(session->base, ssrc);
}

#endif
