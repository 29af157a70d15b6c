#pragma once

namespace croupier::vault {

/// The descriptor on which a worker finds its socket.
inline constexpr int kWorkerSocket = 3;

/// The worker's whole life: it makes the generators that the first packet asks for, gives up everything that it does not need
/// (sandbox.hpp), and answers requests until the server is gone. The process's exit status.
int work();

}  // namespace croupier::vault
