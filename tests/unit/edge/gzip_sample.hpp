#pragma once

#include <string>

namespace croupier::edge::test {

/// 300 times "a", packed by gzip(1).
inline std::string gzipped_a300()
{
    using namespace std::string_literals;
    return "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\x4c\x1c\x05\xc4\x02\x00\x09\x19\x97\x89\x2c\x01\x00\x00"s;
}

}  // namespace croupier::edge::test
