#include "audit.hpp"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>

namespace croupier::rng {

namespace {

constexpr int kBitsMin = 3072;
constexpr std::string_view kTitle = "croupier seed 1";

struct FreeBio {
    void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
struct FreeContext {
    void operator()(EVP_PKEY_CTX* context) const noexcept { EVP_PKEY_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_PKEY_CTX, FreeContext>;

/// A text with a seed in it: wiped when it goes.
struct Secret {
    std::string text;
    ~Secret() { OPENSSL_cleanse(text.data(), text.size()); }
};

Context oaep(const Key& key, int (*init)(EVP_PKEY_CTX*))
{
    Context context{EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr)};
    const bool ready = context != nullptr && init(context.get()) == 1
        && EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) == 1
        && EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), EVP_sha256()) == 1;
    return ready ? std::move(context) : nullptr;
}

void write_hex(std::string& out, std::span<const std::byte> bytes)
{
    const Secret hex{to_hex(bytes)};
    out.append(hex.text).append("\n");
}

bool read_hex(std::string_view hex, std::span<std::byte> out)
{
    auto bytes = from_hex(hex);
    if (!bytes || bytes->size() != out.size()) { return false; }
    std::ranges::copy(*bytes, out.begin());
    OPENSSL_cleanse(bytes->data(), bytes->size());
    return true;
}

std::string_view line(std::string_view& rest)
{
    const auto end = std::min(rest.find('\n'), rest.size());
    const std::string_view found = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return found;
}

}  // namespace

void FreeKey::operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }

std::expected<Key, std::string> read_audit_key(std::string_view pem, bool with_private)
{
    const std::unique_ptr<BIO, FreeBio> text{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    Key key{text == nullptr ? nullptr
            : with_private  ? PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr)
                            : PEM_read_bio_PUBKEY(text.get(), nullptr, nullptr, nullptr)};
    if (key == nullptr || EVP_PKEY_is_a(key.get(), "RSA") != 1 || EVP_PKEY_get_bits(key.get()) < kBitsMin) {
        return std::unexpected{
            std::string{with_private ? "not a private" : "not a public"} + " RSA key of at least 3072 bits in PEM"};
    }
    return key;
}

Hash audit_key_name(const Key& key)
{
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key.get(), &der);
    const Hash name = sha256(std::as_bytes(std::span{der, static_cast<std::size_t>(std::max(size, 0))}));
    OPENSSL_free(der);
    return name;
}

Bytes seal(const SeedNote& note, const Key& key)
{
    Secret plain;
    plain.text.reserve(512);  // Never moved, so that nothing of it is left behind.
    plain.text.append(kTitle).append(note.mechanism == Mechanism::hmac ? "\nhmac\n" : "\nctr\n");
    plain.text.append(note.instance).append("\n").append(note.stream);
    plain.text.append(note.reseed ? "\nreseed\n" : "\nseed\n");
    write_hex(plain.text, note.seed.system);
    write_hex(plain.text, note.seed.port);
    const Context context = oaep(key, EVP_PKEY_encrypt_init);
    Bytes sealed(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())));
    std::size_t size = sealed.size();
    const bool done = context != nullptr
        && EVP_PKEY_encrypt(context.get(), reinterpret_cast<unsigned char*>(sealed.data()), &size,
               reinterpret_cast<const unsigned char*>(plain.text.data()), plain.text.size())
            == 1;
    sealed.resize(done ? size : 0);
    return sealed;
}

std::unique_ptr<SeedNote> open(std::span<const std::byte> sealed, const Key& key)
{
    const Context context = oaep(key, EVP_PKEY_decrypt_init);
    Secret plain;
    plain.text.resize(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())));
    std::size_t size = plain.text.size();
    const bool done = context != nullptr
        && EVP_PKEY_decrypt(context.get(), reinterpret_cast<unsigned char*>(plain.text.data()), &size,
               reinterpret_cast<const unsigned char*>(sealed.data()), sealed.size())
            == 1;
    if (!done) { return nullptr; }
    std::string_view rest{plain.text.data(), size};
    if (line(rest) != kTitle) { return nullptr; }
    auto note = std::make_unique<SeedNote>();
    const std::string_view mechanism = line(rest);
    note->mechanism = mechanism == "hmac" ? Mechanism::hmac : Mechanism::ctr;
    note->instance = line(rest);
    note->stream = line(rest);
    note->reseed = line(rest) == "reseed";
    const bool known = mechanism == "hmac" || mechanism == "ctr";
    const bool whole = read_hex(line(rest), note->seed.system) && read_hex(line(rest), note->seed.port) && rest.empty();
    return known && whole ? std::move(note) : nullptr;
}

}  // namespace croupier::rng
