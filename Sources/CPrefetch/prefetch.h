#pragma once

/// Asks for the cache line at `address`, without waiting for it. No address is a wrong one.
static inline __attribute__((always_inline)) void prefetch(const void *address) {
    __builtin_prefetch(address);
}
