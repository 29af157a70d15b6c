#pragma once

#include <concepts>
#include <string>
#include <type_traits>

#include "croupier/ids.hpp"

/// How problems are told.
namespace croupier::verify {

inline std::string number(std::integral auto value) { return std::to_string(value); }

template <class Id>
    requires std::is_enum_v<Id>
std::string number(Id id)
{
    return std::to_string(raw(id));
}

inline std::string differs(const std::string& what, const std::string& expected, const std::string& got)
{
    return what + ": expected " + expected + ", got " + got;
}

}  // namespace croupier::verify
