#include "health.hpp"

#include <openssl/crypto.h>

#include <algorithm>

namespace croupier::rng {

bool Health::take(std::span<const std::byte> samples) noexcept
{
    for (const std::byte sample : samples) {
        repeated_ = any_ && sample == last_ ? repeated_ + 1 : 1;
        last_ = sample;
        any_ = true;
        if (repeated_ >= kRepetitions) { healthy_ = false; }

        if (seen_ == 0) {
            first_ = sample;
            as_first_ = 0;
        }
        ++seen_;
        as_first_ += sample == first_ ? 1 : 0;
        if (as_first_ >= kProportion) { healthy_ = false; }
        if (seen_ == kWindow) { seen_ = 0; }
    }
    return healthy_;
}

TestedEntropy::TestedEntropy(Entropy& first, Entropy* second) : sources_{Source{&first, {}}, Source{second, {}}}
{
    test();
}

bool TestedEntropy::test()
{
    static constexpr std::size_t kSamples = 1024;
    std::array<std::byte, kSamples> samples{};
    for (Source& source : sources_) {
        if (source.entropy != nullptr) { healthy_ = healthy_ && take(source, samples); }
    }
    OPENSSL_cleanse(samples.data(), samples.size());
    return healthy_;
}

bool TestedEntropy::take(Source& source, std::span<std::byte> out)
{
    return source.entropy->fill(out).has_value() && source.health.take(out);
}

Result<void> TestedEntropy::fill(std::span<std::byte> out)
{
    std::array<std::byte, 64> other{};
    for (std::size_t at = 0; healthy_ && at < out.size(); at += other.size()) {
        const auto part = out.subspan(at, std::min(other.size(), out.size() - at));
        healthy_ = take(sources_[0], part);
        if (!healthy_ || !has_second()) { continue; }
        const auto second = std::span{other}.first(part.size());
        healthy_ = take(sources_[1], second);
        for (std::size_t i = 0; i < part.size(); ++i) { part[i] ^= second[i]; }
    }
    OPENSSL_cleanse(other.data(), other.size());
    if (healthy_) { return {}; }
    std::ranges::fill(out, std::byte{0});
    return refuse(ErrorCode::entropy_unavailable);
}

}  // namespace croupier::rng
