#include "croupier/seal.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstdio>
#include <memory>

#include "croupier/assert.hpp"

namespace croupier {

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

const unsigned char* in(std::span<const std::byte> bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

Bytes seal_message(const ledger::SealedHead& head)
{
    const auto domain = as_bytes("croupier.seal.v1\n");
    Bytes message{domain.begin(), domain.end()};
    ByteWriter{message}.write(head);
    return message;
}

bool seal_holds(const PublicKey& key, const ledger::DaySealed& sealed)
{
    if (sealed.head.key != sha256(key)) { return false; }
    const Key loaded{EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, in(key), key.size()), &EVP_PKEY_free};
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
    if (!loaded || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, loaded.get()) != 1) { return false; }
    const Bytes message = seal_message(sealed.head);
    return EVP_DigestVerify(context.get(), in(sealed.signature), sealed.signature.size(), in(message), message.size())
        == 1;
}

std::string to_pem(const PublicKey& key)
{
    const Key loaded{EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, in(key), key.size()), &EVP_PKEY_free};
    const std::unique_ptr<BIO, decltype(&BIO_free)> text{BIO_new(BIO_s_mem()), &BIO_free};
    const bool written = loaded && text && PEM_write_bio_PUBKEY(text.get(), loaded.get()) == 1;
    CROUPIER_ASSERT(written);
    char* letters = nullptr;
    const long size = BIO_get_mem_data(text.get(), &letters);
    return {letters, static_cast<std::size_t>(size)};
}

std::expected<PublicKey, std::string> read_public_key(const std::filesystem::path& file)
{
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> opened{std::fopen(file.c_str(), "re"), &std::fclose};
    if (!opened) { return std::unexpected{file.string() + ": cannot be read"}; }
    const Key key{PEM_read_PUBKEY(opened.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free};
    PublicKey raw_key{};
    std::size_t size = raw_key.size();
    if (!key || EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519
        || EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(raw_key.data()), &size) != 1
        || size != raw_key.size()) {
        return std::unexpected{file.string() + ": expected an Ed25519 public key, PEM"};
    }
    return raw_key;
}

}  // namespace croupier
