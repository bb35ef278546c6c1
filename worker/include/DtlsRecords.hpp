#ifndef TRESTLE_DTLS_RECORDS_HPP
#define TRESTLE_DTLS_RECORDS_HPP

#include "EvpAead.hpp"
#include "PacketWindow.hpp"
#include "SrtpJournal.hpp"
#include <cstddef>
#include <cstdint>
#include <memory>
#include <openssl/ssl.h>
#include <optional>
#include <span>

/**
 * The record layer of DTLS 1.2 (RFC 6347 section 4.1) after the handshake, with the AEADs that
 * browsers negotiate: what a worker needs to go on with a connection that another one made.
 * OpenSSL cannot take a connection over.
 *
 * A nonce must never be used twice under a key: each record is written down in the journal
 * before it leaves.
 */
class DtlsRecords
{
public:
	// RFC 5246 section 6.2.1.
	enum class ContentType : uint8_t
	{
		ALERT            = 21,
		APPLICATION_DATA = 23
	};

	struct Record
	{
		uint8_t type;
		std::span<const uint8_t> data;
	};

public:
	/**
	 * The keys of a connection whose handshake OpenSSL has done. False if it negotiated something
	 * else than what is supported here.
	 */
	static bool DeriveKeys(SSL* ssl, SrtpJournal::Dtls& dtls);
	/**
	 * Update where the next record stands by what OpenSSL sends. False if it sends with other
	 * keys than those of the first handshake.
	 */
	static bool Observe(std::span<const uint8_t> datagram, SrtpJournal::DtlsSent& sent);
	/**
	 * Sequence number of a record of epoch 1 with application data.
	 */
	static std::optional<uint64_t> GetSequence(std::span<const uint8_t> header);

public:
	DtlsRecords(const SrtpJournal::Dtls& dtls, std::shared_ptr<SrtpJournal::Session> journal);
	DtlsRecords(const DtlsRecords&)            = delete;
	DtlsRecords& operator=(const DtlsRecords&) = delete;
	~DtlsRecords();

public:
	// False if there is nothing to go on with.
	bool IsValid() const
	{
		return this->sealing.IsValid() && this->opening.IsValid();
	}
	/**
	 * A record with this data, valid until the next call in this thread; empty if it cannot be
	 * made.
	 */
	std::span<const uint8_t> Protect(ContentType type, std::span<const uint8_t> data);
	/**
	 * Take the next authentic new record out of a datagram; nullopt if there is none. Its data
	 * is valid until the next call in this thread.
	 */
	std::optional<Record> Unprotect(std::span<const uint8_t>& datagram);

private:
	std::optional<Record> UnprotectOne(std::span<const uint8_t> record);

private:
	SrtpJournal::Dtls dtls;
	std::shared_ptr<SrtpJournal::Session> journal;
	EvpAead sealing;
	EvpAead opening;
	PacketWindow<64> received;
};

#endif
