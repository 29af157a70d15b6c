#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "croupier/ports.hpp"

namespace croupier::adapters {

/// The key that signs seals, in a PEM file (PKCS #8, "PRIVATE KEY") readable by its owner only.
class PemSealKey final : public SealKey {
public:
    using Opened = std::expected<std::unique_ptr<PemSealKey>, std::string>;
    /// Opens the file; where there is none, makes one, durably, and beside it NAME.pub.pem with the public key, for publishing.
    /// Otherwise what failed, in a sentence.
    static Opened open(const std::filesystem::path& file);
    ~PemSealKey() override;
    PemSealKey(const PemSealKey&) = delete;
    PemSealKey& operator=(const PemSealKey&) = delete;

    std::array<std::byte, 32> public_key() const override;
    std::array<std::byte, 64> sign(std::span<const std::byte> message) override;

private:
    struct Key;
    explicit PemSealKey(std::unique_ptr<Key> key);
    std::unique_ptr<Key> key_;
};

}  // namespace croupier::adapters
