#include "seal_key.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "croupier/assert.hpp"

namespace croupier::adapters {

namespace {

using Pkey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

std::unexpected<std::string> failure(const std::filesystem::path& file, const std::string& what)
{
    return std::unexpected{file.string() + ": " + what};
}

/// Writes a new file through `write`, synced with its folder; never over one that is there.
template <class Write>
std::expected<void, std::string> create(const std::filesystem::path& path, ::mode_t mode, Write write)
{
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (descriptor < 0) { return failure(path, std::strerror(errno)); }
    const File file{::fdopen(descriptor, "w"), &std::fclose};
    CROUPIER_ASSERT(file != nullptr);
    if (!write(file.get()) || std::fflush(file.get()) != 0 || ::fsync(descriptor) != 0) {
        return failure(path, "cannot be written");
    }
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path{"."};
    const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = directory >= 0 && ::fsync(directory) == 0;
    if (directory >= 0) { ::close(directory); }
    if (!synced) { return failure(folder, "cannot be synced"); }
    return {};
}

std::filesystem::path public_file(std::filesystem::path file) { return file.replace_extension(".pub.pem"); }

}  // namespace

struct PemSealKey::Key {
    Pkey key{nullptr, &EVP_PKEY_free};
};

PemSealKey::PemSealKey(std::unique_ptr<Key> key) : key_{std::move(key)} {}
PemSealKey::~PemSealKey() = default;

PemSealKey::Opened PemSealKey::open(const std::filesystem::path& file)
{
    auto key = std::make_unique<Key>();
    if (std::error_code error; std::filesystem::exists(file, error)) {
        struct stat status{};
        if (::stat(file.c_str(), &status) != 0) { return failure(file, std::strerror(errno)); }
        if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
            return failure(file, "others may read the key that signs seals; expected mode 600");
        }
        const File opened{std::fopen(file.c_str(), "re"), &std::fclose};
        if (!opened) { return failure(file, std::strerror(errno)); }
        key->key.reset(PEM_read_PrivateKey(opened.get(), nullptr, nullptr, nullptr));
        if (!key->key || EVP_PKEY_get_id(key->key.get()) != EVP_PKEY_ED25519) {
            return failure(file, "expected an Ed25519 private key, PEM");
        }
    } else {
        key->key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
        if (!key->key) { return failure(file, "no key could be made"); }
        EVP_PKEY* const made = key->key.get();
        auto written = create(file, S_IRUSR | S_IWUSR, [made](std::FILE* out) {
            return PEM_write_PrivateKey(out, made, nullptr, nullptr, 0, nullptr, nullptr) == 1;
        });
        if (!written) { return std::unexpected{std::move(written).error()}; }
        std::filesystem::remove(public_file(file), error);  // That of a key which is gone.
        written = create(public_file(file), S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH,
            [made](std::FILE* out) { return PEM_write_PUBKEY(out, made) == 1; });
        if (!written) { return std::unexpected{std::move(written).error()}; }
    }
    return std::unique_ptr<PemSealKey>{new PemSealKey{std::move(key)}};
}

std::array<std::byte, 32> PemSealKey::public_key() const
{
    std::array<std::byte, 32> raw{};
    std::size_t size = raw.size();
    const int got = EVP_PKEY_get_raw_public_key(key_->key.get(), reinterpret_cast<unsigned char*>(raw.data()), &size);
    CROUPIER_ASSERT(got == 1 && size == raw.size());
    return raw;
}

std::array<std::byte, 64> PemSealKey::sign(std::span<const std::byte> message)
{
    std::array<std::byte, 64> signature{};
    std::size_t size = signature.size();
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
    const bool done = context != nullptr
        && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_->key.get()) == 1
        && EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
               reinterpret_cast<const unsigned char*>(message.data()), message.size())
            == 1;
    CROUPIER_ASSERT(done && size == signature.size());
    return signature;
}

}  // namespace croupier::adapters
