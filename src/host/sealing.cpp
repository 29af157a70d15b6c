#include "sealing.hpp"

#include "adapters/log.hpp"

namespace croupier::host {

void Sealing::tick()
{
    if (!parts_.may_write()) { return; }
    const auto day = parts_.close({});
    if (!day || day->size == 0 || asked_) { return; }
    asked_ = true;
    parts_.views.tree_head(day->size, [this](const auto& viewed) { seal(viewed); });
}

void Sealing::seal(const Result<store::Viewed<std::optional<store::TreeHead>>>& viewed)
{
    asked_ = false;
    if (!viewed || !viewed->rows || !parts_.may_write()) { return; }  // The next tick asks again.
    const store::TreeHead& tree = *viewed->rows;
    const auto sealed = parts_.seal({.size = tree.size, .root = tree.root, .head = tree.head});
    if (!sealed) {
        return log::warn("server", "a closed day waits for its seal", {{"why", name(sealed.error().code)}});
    }
    log::info("server", "sealed", {{"units", tree.size}, {"day", sealed->head.day}, {"ended", sealed->head.ended}});
}

}  // namespace croupier::host
