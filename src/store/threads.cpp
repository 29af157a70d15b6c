#include "threads.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace croupier::store {

namespace {

constexpr int kNice = 5;  // A third of the weight of the others: it still keeps up when they leave it some time.

}  // namespace

void name_this_thread(const char* name) noexcept { pthread_setname_np(pthread_self(), name); }

void step_back_this_thread() noexcept
{
    // Refused only where a sandbox forbids it; then it is as it was.
    static_cast<void>(setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice));
}

}  // namespace croupier::store
