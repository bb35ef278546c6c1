#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstring>
#include <functional>
#include <memory>
#include <stdexcept>

#include "cases.hpp"
#include "cpu_time.hpp"

namespace bench {
namespace {

constexpr int kHeaderBytes = 20;
constexpr int kPackets = 100'000;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;
using Packet = std::array<unsigned char, 2048>;

void require(int result) {
  if (result != 1) throw std::runtime_error("OpenSSL refused a call the bench depends on");
}

double us_per_packet(const std::function<void(int)>& protect) {
  for (int i = 0; i < kPackets / 10; ++i) protect(i);
  const double start = thread_cpu_us();
  for (int i = 0; i < kPackets; ++i) protect(i);
  return (thread_cpu_us() - start) / kPackets;
}

double aead(const EVP_CIPHER* cipher, int bytes) {
  Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  const std::array<unsigned char, 32> key{7};
  require(EVP_EncryptInit_ex(context.get(), cipher, nullptr, key.data(), nullptr));
  Packet in{};
  Packet out{};
  return us_per_packet([&](int index) {
    std::array<unsigned char, 12> nonce{};
    std::memcpy(nonce.data(), &index, sizeof index);
    int length = 0;
    require(EVP_EncryptInit_ex(context.get(), nullptr, nullptr, nullptr, nonce.data()));
    require(EVP_EncryptUpdate(context.get(), nullptr, &length, in.data(), kHeaderBytes));
    require(EVP_EncryptUpdate(context.get(), out.data() + kHeaderBytes, &length,
                              in.data() + kHeaderBytes, bytes - kHeaderBytes));
    require(EVP_EncryptFinal_ex(context.get(), out.data() + bytes, &length));
    require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, 16, out.data() + bytes));
  });
}

double counter_mode_with_sha1(int bytes) {
  Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  const std::array<unsigned char, 16> key{7};
  const std::array<unsigned char, 20> auth_key{9};
  require(EVP_EncryptInit_ex(context.get(), EVP_aes_128_ctr(), nullptr, key.data(), nullptr));
  std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr),
                                                        EVP_MAC_free);
  std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> hmac(EVP_MAC_CTX_new(mac.get()),
                                                                 EVP_MAC_CTX_free);
  char digest[] = "SHA1";
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0),
                               OSSL_PARAM_construct_end()};
  require(EVP_MAC_init(hmac.get(), auth_key.data(), auth_key.size(), params));
  Packet in{};
  Packet out{};
  return us_per_packet([&](int index) {
    std::array<unsigned char, 16> counter{};
    std::memcpy(counter.data(), &index, sizeof index);
    int length = 0;
    require(EVP_EncryptInit_ex(context.get(), nullptr, nullptr, nullptr, counter.data()));
    require(EVP_EncryptUpdate(context.get(), out.data() + kHeaderBytes, &length,
                              in.data() + kHeaderBytes, bytes - kHeaderBytes));
    std::size_t tag = 0;
    require(EVP_MAC_init(hmac.get(), nullptr, 0, nullptr));
    require(EVP_MAC_update(hmac.get(), out.data(), static_cast<std::size_t>(bytes) + 4));
    require(EVP_MAC_final(hmac.get(), out.data() + bytes, &tag, 20));
  });
}

}  // namespace

std::vector<Figure> measure_srtp() {
  std::vector<Figure> figures;
  for (const int bytes : {110, 300, 600, 1100}) {
    figures.push_back({"srtp aead-aes-128-gcm", bytes, aead(EVP_aes_128_gcm(), bytes)});
    figures.push_back({"srtp aead-aes-256-gcm", bytes, aead(EVP_aes_256_gcm(), bytes)});
    figures.push_back({"srtp aes-128-cm-sha1-80", bytes, counter_mode_with_sha1(bytes)});
  }
  return figures;
}

}  // namespace bench
