#include "DtlsRecords.hpp"
#include "Utils.hpp"
#include <algorithm>
#include <array>
#include <cstring>
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

namespace
{
	constexpr size_t HeaderLength{ 13 };
	constexpr size_t TagLength{ EvpAead::TagLength };
	constexpr size_t NonceLength{ EvpAead::IvLength };
	constexpr size_t RandomLength{ 32 };
	constexpr size_t MaxDataLength{ 16384 };
	constexpr uint16_t Version{ 0xFEFD };
	constexpr uint64_t MaxSequence{ (uint64_t{ 1 } << 48) - 1 };
	// Of the first handshake.
	constexpr uint16_t Epoch{ 1 };

	struct Suite
	{
		uint8_t id;
		int nid;
		const EVP_CIPHER* (*cipher)();
		size_t keyLength;
		// What the handshake gives of the nonce.
		size_t ivLength;
		// What a record carries of it.
		size_t explicitLength;
	};

	// RFC 5288 and RFC 7905.
	constexpr std::array<Suite, 3> Suites{ {
		{ 1, NID_aes_128_gcm, EVP_aes_128_gcm, 16, 4, 8 },
		{ 2, NID_aes_256_gcm, EVP_aes_256_gcm, 32, 4, 8 },
		{ 3, NID_chacha20_poly1305, EVP_chacha20_poly1305, 32, 12, 0 },
	} };

	thread_local uint8_t sealed[HeaderLength + 8 + MaxDataLength + TagLength];
	thread_local uint8_t opened[MaxDataLength];

	const Suite* findSuite(uint8_t id)
	{
		const auto it = std::ranges::find(Suites, id, &Suite::id);

		return it == Suites.end() ? nullptr : it;
	}

	// The record at the start of a datagram, empty if it is not whole.
	std::span<const uint8_t> firstRecord(std::span<const uint8_t> datagram)
	{
		if (datagram.size() < HeaderLength)
		{
			return {};
		}

		const size_t len = HeaderLength + Utils::Byte::Get2Bytes(datagram.data(), 11);

		return len <= datagram.size() ? datagram.first(len) : std::span<const uint8_t>{};
	}

	uint16_t getEpoch(std::span<const uint8_t> record)
	{
		return Utils::Byte::Get2Bytes(record.data(), 3);
	}

	uint64_t getSequence(std::span<const uint8_t> record)
	{
		return Utils::Byte::Get8Bytes(record.data(), 3) & MaxSequence;
	}

	uint64_t withEpoch(uint64_t sequence)
	{
		return uint64_t{ Epoch } << 48 | sequence;
	}

	// RFC 5246 section 5. False if OpenSSL has no such function.
	bool expandKeys(const char* digest, std::span<uint8_t> master, std::span<uint8_t> seed, std::span<uint8_t> out)
	{
		auto* kdf = EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_TLS1_PRF, nullptr);
		auto* ctx = kdf ? EVP_KDF_CTX_new(kdf) : nullptr;

		const OSSL_PARAM params[] = {
			OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, const_cast<char*>(digest), 0),
			OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, master.data(), master.size()),
			OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed.data(), seed.size()),
			OSSL_PARAM_construct_end(),
		};
		const bool ok = ctx && EVP_KDF_derive(ctx, out.data(), out.size(), params) == 1;

		EVP_KDF_CTX_free(ctx);
		EVP_KDF_free(kdf);

		return ok;
	}

	// RFC 5288 section 3 and RFC 7905 section 2.
	std::array<uint8_t, NonceLength> makeNonce(
	  const Suite& suite, const std::array<uint8_t, NonceLength>& iv, uint64_t sequence, uint64_t explicitNonce)
	{
		auto nonce = iv;

		if (suite.explicitLength > 0)
		{
			Utils::Byte::Set8Bytes(nonce.data(), suite.ivLength, explicitNonce);
		}
		else
		{
			uint8_t counter[8];

			Utils::Byte::Set8Bytes(counter, 0, withEpoch(sequence));

			for (size_t i{ 0 }; i < sizeof(counter); ++i)
			{
				nonce[NonceLength - sizeof(counter) + i] ^= counter[i];
			}
		}

		return nonce;
	}

	// RFC 5246 section 6.2.3.3: the header with the length of what is protected.
	std::array<uint8_t, HeaderLength> makeAdditionalData(const uint8_t* header, size_t dataLen)
	{
		std::array<uint8_t, HeaderLength> data{};

		std::memcpy(data.data(), header + 3, 8);
		std::memcpy(data.data() + 8, header, 3);
		Utils::Byte::Set2Bytes(data.data(), 11, static_cast<uint16_t>(dataLen));

		return data;
	}
} // namespace

bool DtlsRecords::DeriveKeys(SSL* ssl, SrtpJournal::Dtls& dtls)
{
	const auto* cipher  = SSL_get_current_cipher(ssl);
	const auto* session = SSL_get_session(ssl);

	if (SSL_version(ssl) != DTLS1_2_VERSION || !cipher || !session)
	{
		return false;
	}

	const auto* suite = std::ranges::find(Suites, SSL_CIPHER_get_cipher_nid(cipher), &Suite::nid);

	if (suite == Suites.end())
	{
		return false;
	}

	static constexpr char Label[]{ "key expansion" };
	static constexpr size_t LabelLength{ sizeof(Label) - 1 };

	std::array<uint8_t, LabelLength + 2 * RandomLength> seed{};
	std::array<uint8_t, SSL_MAX_MASTER_KEY_LENGTH> master{};
	std::array<uint8_t, 2 * (32 + NonceLength)> keys{};
	const size_t masterLen = SSL_SESSION_get_master_key(session, master.data(), master.size());
	const size_t keysLen   = 2 * (suite->keyLength + suite->ivLength);

	std::memcpy(seed.data(), Label, LabelLength);
	SSL_get_server_random(ssl, seed.data() + LabelLength, RandomLength);
	SSL_get_client_random(ssl, seed.data() + LabelLength + RandomLength, RandomLength);

	const bool derived = expandKeys(
	  EVP_MD_get0_name(SSL_CIPHER_get_handshake_digest(cipher)),
	  std::span(master).first(masterLen),
	  seed,
	  std::span(keys).first(keysLen));

	if (derived)
	{
		const bool isServer      = SSL_is_server(ssl) == 1;
		const auto* clientKey    = keys.data();
		const auto* serverKey    = clientKey + suite->keyLength;
		const auto* clientIv     = serverKey + suite->keyLength;
		const auto* serverIv     = clientIv + suite->ivLength;

		dtls.cipher = suite->id;
		std::memcpy(dtls.localKey.data(), isServer ? serverKey : clientKey, suite->keyLength);
		std::memcpy(dtls.remoteKey.data(), isServer ? clientKey : serverKey, suite->keyLength);
		std::memcpy(dtls.localIv.data(), isServer ? serverIv : clientIv, suite->ivLength);
		std::memcpy(dtls.remoteIv.data(), isServer ? clientIv : serverIv, suite->ivLength);
	}

	OPENSSL_cleanse(master.data(), master.size());
	OPENSSL_cleanse(keys.data(), keys.size());

	return derived;
}

bool DtlsRecords::Observe(std::span<const uint8_t> datagram, SrtpJournal::DtlsSent& sent)
{
	for (auto record = firstRecord(datagram); !record.empty(); record = firstRecord(datagram))
	{
		datagram = datagram.subspan(record.size());

		if (getEpoch(record) > Epoch)
		{
			return false;
		}

		if (getEpoch(record) == Epoch)
		{
			sent.sequence = getSequence(record);

			// NOTE: Whether there is one depends on the cipher; it does no harm.
			if (record.size() >= HeaderLength + 8)
			{
				sent.nonce = Utils::Byte::Get8Bytes(record.data(), HeaderLength);
			}
		}
	}

	return true;
}

std::optional<uint64_t> DtlsRecords::GetSequence(std::span<const uint8_t> header)
{
	if (
	  header.size() < HeaderLength || header[0] != static_cast<uint8_t>(ContentType::APPLICATION_DATA) ||
	  getEpoch(header) != Epoch)
	{
		return std::nullopt;
	}

	return getSequence(header);
}

DtlsRecords::DtlsRecords(const SrtpJournal::Dtls& dtls, std::shared_ptr<SrtpJournal::Session> journal)
  : dtls(dtls), journal(std::move(journal))
{
	if (const auto* suite = findSuite(dtls.cipher))
	{
		this->sealing.SetKey(suite->cipher(), dtls.localKey.data());
		this->opening.SetKey(suite->cipher(), dtls.remoteKey.data());
	}

	// What came before the process started counts as seen.
	this->received.Resume(dtls.received);

	if (IsValid())
	{
		this->journal->SetDtls(dtls);
	}
}

DtlsRecords::~DtlsRecords()
{
	OPENSSL_cleanse(&this->dtls, sizeof(this->dtls));
}

std::span<const uint8_t> DtlsRecords::Protect(ContentType type, std::span<const uint8_t> data)
{
	auto& sent        = this->dtls.sent;
	const auto* suite = findSuite(this->dtls.cipher);

	if (data.size() > MaxDataLength || sent.sequence >= MaxSequence)
	{
		return {};
	}

	++sent.sequence;
	++sent.nonce;
	// NOTE: Before the record is made: it cannot leave without.
	this->journal->SetDtlsSent(sent);

	const size_t bodyLen = suite->explicitLength + data.size() + TagLength;
	auto* body           = sealed + HeaderLength + suite->explicitLength;

	sealed[0] = static_cast<uint8_t>(type);
	Utils::Byte::Set2Bytes(sealed, 1, Version);
	Utils::Byte::Set8Bytes(sealed, 3, withEpoch(sent.sequence));
	Utils::Byte::Set2Bytes(sealed, 11, static_cast<uint16_t>(bodyLen));

	if (suite->explicitLength > 0)
	{
		Utils::Byte::Set8Bytes(sealed, HeaderLength, sent.nonce);
	}

	const auto nonce      = makeNonce(*suite, this->dtls.localIv, sent.sequence, sent.nonce);
	const auto additional = makeAdditionalData(sealed, data.size());
	const bool ok         = this->sealing.Encrypt(
	  nonce.data(),
	  additional.data(),
	  additional.size(),
	  data.data(),
	  data.size(),
	  body,
	  body + data.size());

	return ok ? std::span<const uint8_t>(sealed, HeaderLength + bodyLen) : std::span<const uint8_t>{};
}

std::optional<DtlsRecords::Record> DtlsRecords::Unprotect(std::span<const uint8_t>& datagram)
{
	for (auto record = firstRecord(datagram); !record.empty(); record = firstRecord(datagram))
	{
		datagram = datagram.subspan(record.size());

		if (auto unprotected = UnprotectOne(record))
		{
			return unprotected;
		}
	}

	return std::nullopt;
}

std::optional<DtlsRecords::Record> DtlsRecords::UnprotectOne(std::span<const uint8_t> record)
{
	const auto* suite     = findSuite(this->dtls.cipher);
	const size_t overhead = HeaderLength + suite->explicitLength + TagLength;
	const auto sequence   = getSequence(record);

	if (
	  record.size() < overhead || record.size() > overhead + MaxDataLength ||
	  Utils::Byte::Get2Bytes(record.data(), 1) != Version || getEpoch(record) != Epoch ||
	  this->received.Check(sequence) != srtp_err_status_ok)
	{
		return std::nullopt;
	}

	const auto* body     = record.data() + HeaderLength;
	const size_t dataLen = record.size() - overhead;
	const auto* data     = body + suite->explicitLength;

	const auto explicitNonce = suite->explicitLength > 0 ? Utils::Byte::Get8Bytes(body, 0) : 0;
	const auto nonce         = makeNonce(*suite, this->dtls.remoteIv, sequence, explicitNonce);
	const auto additional    = makeAdditionalData(record.data(), dataLen);

	if (!this->opening.Decrypt(
	      nonce.data(), additional.data(), additional.size(), data, dataLen, opened, data + dataLen))
	{
		return std::nullopt;
	}

	this->received.Take(sequence);

	if (this->received.GetHighest() == sequence)
	{
		this->journal->SetDtlsReceived(sequence);
	}

	return Record{ record[0], { opened, dataLen } };
}
