#pragma once

/// True implementations of the ports in a smaller world: link croupier_kernel and croupier_catch.
#include "manual_clock.hpp"
#include "manual_vendor.hpp"
#include "memory_disk.hpp"
#include "memory_keys.hpp"
#include "memory_link.hpp"
#include "memory_store.hpp"
#include "seeded_random.hpp"
