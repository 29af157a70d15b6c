// The line of an operator: what is accepted can be handed to the system as it is.

#include "admin_line.hpp"
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto line = croupier::host::parse_admin_line(croupier::fuzz::text_of(data, size));
    if (!line) {
        CROUPIER_ASSERT(!line.error().empty());
    } else if (const auto* backup = std::get_if<croupier::host::BackupLine>(&*line)) {
        CROUPIER_ASSERT(backup->directory.is_absolute() && !backup->directory.native().contains('\0'));
    }
    return 0;
}
