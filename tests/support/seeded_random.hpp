#pragma once

#include <deque>

#include "croupier/assert.hpp"
#include "croupier/ports.hpp"

namespace croupier::fakes {

/// SplitMix64: one seed, one sequence, on every machine.
class SplitMix {
public:
    explicit SplitMix(std::uint64_t seed) : state_{seed} {}

    std::uint64_t next()
    {
        state_ += 0x9e3779b97f4a7c15U;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31);
    }
    /// Uniform in [0, bound), exactly: values from the incomplete last stretch are drawn again.
    std::uint64_t below(std::uint64_t bound)
    {
        CROUPIER_ASSERT(bound >= 1);
        const std::uint64_t first_fair = (0 - bound) % bound;
        std::uint64_t value = next();
        while (value < first_fair) { value = next(); }
        return value % bound;
    }

private:
    std::uint64_t state_;
};

/// Entropy that repeats: the same seed gives the same bytes.
class SeededEntropy final : public Entropy {
public:
    explicit SeededEntropy(std::uint64_t seed = 1) : source_{seed} {}

    Result<void> fill(std::span<std::byte> out) override
    {
        for (std::byte& byte : out) { byte = broken_ ? std::byte{} : static_cast<std::byte>(source_.next() >> 56); }
        if (broken_) { return refuse(ErrorCode::entropy_unavailable); }
        return {};
    }

    /// From now on every call is refused; or no longer.
    void set_broken(bool broken) { broken_ = broken; }

private:
    SplitMix source_;
    bool broken_ = false;
};

/// A games' generator that repeats: the same seed and bounds give the same values.
class SeededRng final : public Rng {
public:
    explicit SeededRng(std::uint64_t seed = 1) : source_{seed} {}

    Result<KeptSeed> seed(std::string_view) override
    {
        if (broken_) { return refuse(ErrorCode::entropy_unavailable); }
        return KeptSeed{};
    }
    Result<void> draw(std::string_view, std::span<const Bound> bounds, std::span<Value> values) override
    {
        CROUPIER_ASSERT(bounds.size() == values.size());
        if (broken_) { return refuse(ErrorCode::entropy_unavailable); }
        for (std::size_t i = 0; i < bounds.size(); ++i) { values[i] = static_cast<Value>(source_.below(bounds[i])); }
        return {};
    }

    void set_broken(bool broken) { broken_ = broken; }

private:
    SplitMix source_;
    bool broken_ = false;
};

/// A games' generator that gives the values it was told, in order: to reach one outcome.
class ScriptedRng final : public Rng {
public:
    ScriptedRng() = default;
    explicit ScriptedRng(std::initializer_list<Value> values) : script_(values) {}

    void then(std::initializer_list<Value> values) { script_.insert(script_.end(), values.begin(), values.end()); }
    std::size_t left() const { return script_.size(); }
    void set_broken(bool broken) { broken_ = broken; }

    Result<KeptSeed> seed(std::string_view) override
    {
        if (broken_) { return refuse(ErrorCode::entropy_unavailable); }
        return KeptSeed{};
    }
    Result<void> draw(std::string_view, std::span<const Bound> bounds, std::span<Value> values) override
    {
        CROUPIER_ASSERT(bounds.size() == values.size());
        if (broken_) { return refuse(ErrorCode::entropy_unavailable); }
        CROUPIER_ASSERT(script_.size() >= bounds.size());  // The test told too few values.
        for (std::size_t i = 0; i < bounds.size(); ++i) {
            CROUPIER_ASSERT(script_.front() < bounds[i]);  // The test told a value that cannot be drawn.
            values[i] = script_.front();
            script_.pop_front();
        }
        return {};
    }

private:
    std::deque<Value> script_;
    bool broken_ = false;
};

}  // namespace croupier::fakes
