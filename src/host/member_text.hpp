#pragma once

#include <string>
#include <string_view>

namespace croupier::host {

/// The text of the value of an object's member, as it stands there: one pass, nothing built, no recursion, whatever the text
/// is. Empty if `object` is no JSON object or has no such member; of members with one name the first counts.
std::string_view member_text(std::string_view object, std::string_view name);

/// A member of the "ok" inside a recorded answer ("re":12,"ok":{…,"outcome":{…},…}, without braces around it), or `otherwise`.
std::string answered(std::string_view answer, std::string_view name, std::string_view otherwise);

}  // namespace croupier::host
