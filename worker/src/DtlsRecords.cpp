#include "DtlsRecords.hpp"
#include <algorithm>
#include <array>
#include <cstring>
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

namespace
{
	constexpr size_t HeaderLength{ 13 };
	constexpr size_t TagLength{ 16 };
	constexpr size_t NonceLength{ 12 };
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

	uint64_t readBigEndian(const uint8_t* data, size_t len)
	{
		uint64_t value{ 0 };

		for (size_t i{ 0 }; i < len; ++i)
		{
			value = value << 8 | data[i];
		}

		return value;
	}

	void writeBigEndian(uint8_t* data, uint64_t value, size_t len)
	{
		for (size_t i{ 0 }; i < len; ++i)
		{
			data[i] = static_cast<uint8_t>(value >> (8 * (len - 1 - i)));
		}
	}

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

		const size_t len = HeaderLength + readBigEndian(datagram.data() + 11, 2);

		return len <= datagram.size() ? datagram.first(len) : std::span<const uint8_t>{};
	}

	uint16_t getEpoch(std::span<const uint8_t> record)
	{
		return static_cast<uint16_t>(readBigEndian(record.data() + 3, 2));
	}

	uint64_t getSequence(std::span<const uint8_t> record)
	{
		return readBigEndian(record.data() + 5, 6);
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
			writeBigEndian(nonce.data() + suite.ivLength, explicitNonce, suite.explicitLength);
		}
		else
		{
			uint8_t counter[8];

			writeBigEndian(counter, uint64_t{ Epoch } << 48 | sequence, sizeof(counter));

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
		writeBigEndian(data.data() + 11, dataLen, 2);

		return data;
	}

	EVP_CIPHER_CTX* prepare(const Suite& suite, const uint8_t* key, bool encrypt)
	{
		auto* ctx = EVP_CIPHER_CTX_new();

		if (ctx && EVP_CipherInit_ex(ctx, suite.cipher(), nullptr, key, nullptr, encrypt ? 1 : 0) != 1)
		{
			EVP_CIPHER_CTX_free(ctx);
			ctx = nullptr;
		}

		return ctx;
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
				sent.nonce = readBigEndian(record.data() + HeaderLength, 8);
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
		this->sealing = prepare(*suite, dtls.localKey.data(), /*encrypt*/ true);
		this->opening = prepare(*suite, dtls.remoteKey.data(), /*encrypt*/ false);
	}

	if (IsValid())
	{
		this->journal->SetDtls(dtls);
	}
}

DtlsRecords::~DtlsRecords()
{
	EVP_CIPHER_CTX_free(this->sealing);
	EVP_CIPHER_CTX_free(this->opening);
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
	int written{ 0 };

	sealed[0] = static_cast<uint8_t>(type);
	writeBigEndian(sealed + 1, Version, 2);
	writeBigEndian(sealed + 3, Epoch, 2);
	writeBigEndian(sealed + 5, sent.sequence, 6);
	writeBigEndian(sealed + 11, bodyLen, 2);
	writeBigEndian(sealed + HeaderLength, sent.nonce, suite->explicitLength);

	const auto nonce      = makeNonce(*suite, this->dtls.localIv, sent.sequence, sent.nonce);
	const auto additional = makeAdditionalData(sealed, data.size());
	const bool ok =
	  EVP_EncryptInit_ex(this->sealing, nullptr, nullptr, nullptr, nonce.data()) == 1 &&
	  EVP_EncryptUpdate(this->sealing, nullptr, &written, additional.data(), HeaderLength) == 1 &&
	  EVP_EncryptUpdate(this->sealing, body, &written, data.data(), static_cast<int>(data.size())) == 1 &&
	  EVP_EncryptFinal_ex(this->sealing, body + data.size(), &written) == 1 &&
	  EVP_CIPHER_CTX_ctrl(this->sealing, EVP_CTRL_AEAD_GET_TAG, TagLength, body + data.size()) == 1;

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
	  readBigEndian(record.data() + 1, 2) != Version || getEpoch(record) != Epoch || !IsNew(sequence))
	{
		return std::nullopt;
	}

	const auto* body     = record.data() + HeaderLength;
	const size_t dataLen = record.size() - overhead;
	auto* tag            = const_cast<uint8_t*>(record.data() + record.size() - TagLength);
	int written{ 0 };

	const auto nonce = makeNonce(
	  *suite, this->dtls.remoteIv, sequence, readBigEndian(body, suite->explicitLength));
	const auto additional = makeAdditionalData(record.data(), dataLen);
	const bool ok =
	  EVP_DecryptInit_ex(this->opening, nullptr, nullptr, nullptr, nonce.data()) == 1 &&
	  EVP_DecryptUpdate(this->opening, nullptr, &written, additional.data(), HeaderLength) == 1 &&
	  EVP_DecryptUpdate(
	    this->opening, opened, &written, body + suite->explicitLength, static_cast<int>(dataLen)) == 1 &&
	  EVP_CIPHER_CTX_ctrl(this->opening, EVP_CTRL_AEAD_SET_TAG, TagLength, tag) == 1 &&
	  EVP_DecryptFinal_ex(this->opening, opened + dataLen, &written) == 1;

	if (!ok)
	{
		return std::nullopt;
	}

	Accept(sequence);

	return Record{ record[0], { opened, dataLen } };
}

bool DtlsRecords::IsNew(uint64_t sequence) const
{
	if (sequence > this->dtls.received)
	{
		return true;
	}

	const auto age = this->dtls.received - sequence;

	return age < 64 && (this->window >> age & 1) == 0;
}

void DtlsRecords::Accept(uint64_t sequence)
{
	if (sequence <= this->dtls.received)
	{
		this->window |= uint64_t{ 1 } << (this->dtls.received - sequence);

		return;
	}

	const auto step = sequence - this->dtls.received;

	this->window        = step < 64 ? this->window << step | 1 : 1;
	this->dtls.received = sequence;
	this->journal->SetDtlsReceived(sequence);
}
