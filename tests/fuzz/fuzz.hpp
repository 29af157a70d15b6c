#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "croupier/assert.hpp"

/// What libFuzzer calls with each input. A target asserts what must hold of whatever its parser accepts; ASan and UBSan
/// watch the rest.
// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace croupier::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size)
{
    return {reinterpret_cast<const char*>(data), size};
}

}  // namespace croupier::fuzz
