#ifndef TRESTLE_SRTP_JOURNAL_HPP
#define TRESTLE_SRTP_JOURNAL_HPP

#include "MemoryAhead.hpp"
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/**
 * The state of SRTP sessions, and of DTLS and SCTP where there is a data channel, in memory
 * that outlives the worker, so that its successor goes on with them: keys, and where each
 * SSRC, record layer and association is. And the worker's certificate with its key, for those
 * that have seen no more than its fingerprint.
 *
 * The memory is a file without a name, which the parent process holds open and never
 * reads. Indexes are written before the packet they belong to leaves, so a successor that
 * continues after them never uses a nonce twice.
 */
class SrtpJournal
{
public:
	static constexpr size_t MaxKeyLength{ 48 };

	struct Stream
	{
		// Position of its session plus 1, 0 if unused.
		uint32_t session;
		uint32_t ssrc;
		// Rollover counter and sequence number: the highest one sent or received.
		uint64_t index;
		// Of the highest index. Sent streams only.
		uint32_t timestamp;
		bool outgoing;
		int64_t atUs;
	};

	struct Keys
	{
		uint8_t cryptoSuite;
		uint8_t length;
		std::array<uint8_t, MaxKeyLength> local;
		std::array<uint8_t, MaxKeyLength> remote;
	};

	/**
	 * Where the next DTLS record stands. AES-GCM counts its nonces apart from the records.
	 */
	struct DtlsSent
	{
		uint64_t sequence;
		uint64_t nonce;
	};

	/**
	 * The record layer of DTLS 1.2 after its handshake, epoch 1.
	 */
	struct Dtls
	{
		// As DtlsRecords counts them; 0: it cannot be continued.
		uint8_t cipher;
		std::array<uint8_t, 32> localKey;
		std::array<uint8_t, 32> remoteKey;
		std::array<uint8_t, 12> localIv;
		std::array<uint8_t, 12> remoteIv;
		// The last record sent.
		DtlsSent sent;
		// The highest authenticated one received.
		uint64_t received;
	};

	// Those that can be a bridge channel.
	static constexpr size_t AssociationStreams{ 2 };

	/**
	 * An SCTP association between two packets.
	 */
	struct Association
	{
		// The peer may take it for established.
		bool begun;
		// Otherwise there is none, or it cannot be continued from here.
		bool continuable;
		bool reConfig;
		bool zeroChecksum;
		uint16_t maxOutboundStreams;
		uint16_t maxInboundStreams;
		uint32_t localVerificationTag;
		uint32_t remoteVerificationTag;
		uint32_t remoteWindow;
		uint32_t nextTsn;
		// Everything up to it was delivered.
		uint32_t receivedTsn;
		uint32_t nextResetRequest;
		uint32_t lastResetRequest;
		std::array<bool, AssociationStreams> sentOn;
		std::array<uint16_t, AssociationStreams> nextSsn;
		std::array<uint16_t, AssociationStreams> nextReceivedSsn;
	};

	/**
	 * The entry of a session; removed with this object.
	 */
	class Session
	{
	public:
		explicit Session(uint32_t position);
		Session(const Session&)            = delete;
		Session& operator=(const Session&) = delete;
		~Session();

	public:
		/**
		 * nullptr if the journal is full: the session cannot be continued then.
		 */
		Stream* AddStream(uint32_t ssrc, bool outgoing);
		/**
		 * Of a received stream only: where a sent one stood must be known as long as its keys.
		 */
		void RemoveStream(Stream* stream);
		/**
		 * Index for the next SRTCP packet sent.
		 */
		uint32_t TakeRtcpIndex();
		void SetRtcpIndex(uint32_t rtcpIndex);
		/**
		 * The last sequence number of transport-cc sent.
		 */
		void SetTransportSeq(uint16_t seq);
		void SetDtls(const Dtls& dtls);
		/**
		 * Before the record leaves.
		 */
		void SetDtlsSent(const DtlsSent& sent);
		void SetDtlsReceived(uint64_t sequence);
		/**
		 * Before the packet leaves that tells of it.
		 */
		void SetAssociation(const Association& association);
		void ListSendMemory(MemoryAhead& memoryAhead) const;

	private:
		uint32_t position;
		std::vector<Stream*> streams;
	};

	/**
	 * What a worker left of a session.
	 */
	struct Remains
	{
		Keys keys;
		uint32_t rtcpIndex;
		uint16_t transportSeq;
		Dtls dtls;
		Association association;
		std::vector<Stream> streams;

		~Remains();
	};

public:
	/**
	 * "journal:<file>:<file of the worker before, if any>".
	 */
	static bool IsConfig(const std::string& text);
	/**
	 * Without a journal nothing fails, it just cannot be continued.
	 */
	static void Open(const std::string& config);
	/**
	 * DTLS certificate and private key of the worker before, DER, one after the other; once. Empty
	 * if there was none. The caller wipes it.
	 */
	static std::vector<uint8_t> TakeCertificate();
	/**
	 * For the next worker, in the same form.
	 */
	static void SetCertificate(const std::vector<uint8_t>& der);
	/**
	 * nullptr if there is no journal or it is full.
	 */
	static std::shared_ptr<Session> Add(const std::string& transportId, const Keys& keys);
	/**
	 * What the worker before left of a transport; once.
	 */
	static std::optional<Remains> Take(const std::string& transportId);
};

#endif
