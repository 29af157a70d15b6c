#include "ledger_backup.hpp"

#include <sqlite3.h>

#include <utility>

#include "croupier/assert.hpp"
#include "files.hpp"

namespace croupier::store {

namespace {

std::filesystem::path partial_of(std::filesystem::path target)
{
    target += ".partial";
    return target;
}

}  // namespace

LedgerBackup::LedgerBackup(Connection& source, std::filesystem::path target)
    : target_{std::move(target)}, partial_{partial_of(target_)}
{
    remove_database(partial_);
    copy_.emplace(partial_.string(), OpenMode::create);
    // A crash leaves a file that nobody takes for a backup: it needs no journal, and is synced here.
    copy_->run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;");
    handle_.reset(sqlite3_backup_init(copy_->handle(), "main", source.handle(), "main"));
    if (handle_ == nullptr) { copy_->fail("starting a backup"); }
}

LedgerBackup::~LedgerBackup()
{
    if (complete_) { return; }
    handle_.reset();
    copy_.reset();
    remove_database(partial_);
}

void LedgerBackup::Finish::operator()(sqlite3_backup* handle) const noexcept { sqlite3_backup_finish(handle); }

std::expected<bool, std::string> LedgerBackup::step()
{
    CROUPIER_ASSERT(!complete_);
    const int result = sqlite3_backup_step(handle_.get(), kSlicePages);
    if (result == SQLITE_OK) {
        if (++slices_ % kSlicesPerSync == 0) {
            if (auto synced = sync_file(partial_); !synced) { return std::unexpected{synced.error()}; }
        }
        return false;
    }
    if (result != SQLITE_DONE) {
        return std::unexpected{"copying to " + partial_.string() + ": " + sqlite3_errstr(result)};
    }
    if (sqlite3_backup_finish(handle_.release()) != SQLITE_OK) {
        return std::unexpected{"finishing " + partial_.string() + ": " + sqlite3_errmsg(copy_->handle())};
    }
    copy_.reset();
    if (auto synced = sync_file(partial_); !synced) { return std::unexpected{synced.error()}; }
    if (auto renamed = rename_durably(partial_, target_); !renamed) { return std::unexpected{renamed.error()}; }
    complete_ = true;
    return true;
}

}  // namespace croupier::store
