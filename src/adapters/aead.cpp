#include "aead.hpp"

#include <openssl/evp.h>

#include <climits>

#include "croupier/assert.hpp"

namespace croupier::adapters {

namespace {

constexpr std::size_t kTag = 16;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const EVP_CIPHER* cipher()
{
    static const std::unique_ptr<EVP_CIPHER, decltype(&EVP_CIPHER_free)> kFetched{
        EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr), &EVP_CIPHER_free};
    CROUPIER_ASSERT(kFetched != nullptr);
    return kFetched.get();
}

const unsigned char* in(std::span<const std::byte> bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* out(std::byte* bytes) { return reinterpret_cast<unsigned char*>(bytes); }

}  // namespace

Bytes aead_seal(
    std::span<const std::byte, 32> key, std::span<const std::byte, 12> nonce, std::span<const std::byte> plain)
{
    CROUPIER_ASSERT(plain.size() <= INT_MAX - kTag);
    const Context context{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
    Bytes sealed(plain.size() + kTag);
    int size = 0;
    int last = 0;
    const bool done = EVP_EncryptInit_ex2(context.get(), cipher(), in(key), in(nonce), nullptr) == 1
        && EVP_EncryptUpdate(context.get(), out(sealed.data()), &size, in(plain), static_cast<int>(plain.size())) == 1
        && EVP_EncryptFinal_ex(context.get(), out(sealed.data() + size), &last) == 1
        && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTag, sealed.data() + plain.size()) == 1;
    CROUPIER_ASSERT(done && static_cast<std::size_t>(size + last) == plain.size());
    return sealed;
}

std::optional<Bytes> aead_open(
    std::span<const std::byte, 32> key, std::span<const std::byte, 12> nonce, std::span<const std::byte> ciphertext)
{
    if (ciphertext.size() < kTag || ciphertext.size() > INT_MAX) { return std::nullopt; }
    const std::size_t plain_size = ciphertext.size() - kTag;
    std::array<std::byte, kTag> tag;
    std::ranges::copy(ciphertext.subspan(plain_size), tag.begin());
    const Context context{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
    Bytes plain(plain_size + 1);  // One more, so that there is an address even when the value is empty.
    int size = 0;
    int last = 0;
    const bool authentic = EVP_DecryptInit_ex2(context.get(), cipher(), in(key), in(nonce), nullptr) == 1
        && EVP_DecryptUpdate(context.get(), out(plain.data()), &size, in(ciphertext), static_cast<int>(plain_size)) == 1
        && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTag, tag.data()) == 1
        && EVP_DecryptFinal_ex(context.get(), out(plain.data() + size), &last) == 1;
    if (!authentic) { return std::nullopt; }
    plain.resize(plain_size);
    return plain;
}

}  // namespace croupier::adapters
