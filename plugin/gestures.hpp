// gestures.hpp: what the user did in the editor, on its way to the host.
//
// The control side keeps gestures in Go, where the audio thread may not go. The
// main thread takes them out and puts them into this ring; whoever runs process
// or flush reads it. One writer, one reader, no lock, no allocation.
#pragma once

#include "../cbridge/mmm.h"

#include <atomic>
#include <stdint.h>

namespace mmm {

class GestureRing {
public:
    // Whether a push would be refused. [main-thread]
    bool full() const {
        return head_.load(std::memory_order_relaxed) - tail_.load(std::memory_order_acquire) == kCapacity;
    }

    // Adds a gesture; the ring must not be full. [main-thread]
    void push(const mmm_gesture &gesture) {
        const uint32_t head = head_.load(std::memory_order_relaxed);
        slots_[head % kCapacity] = gesture;
        head_.store(head + 1, std::memory_order_release);
    }

    // The oldest gesture, or nullptr when there is none. [audio-thread]
    const mmm_gesture *front() const {
        const uint32_t tail = tail_.load(std::memory_order_relaxed);
        if (tail == head_.load(std::memory_order_acquire)) return nullptr;
        return &slots_[tail % kCapacity];
    }

    // Drops the gesture that front returned. [audio-thread]
    void pop() {
        tail_.store(tail_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    }

private:
    static constexpr uint32_t kCapacity = 1024;  // a power of two: the counters wrap around
    static_assert((kCapacity & (kCapacity - 1)) == 0, "the counters wrap at 2^32");

    mmm_gesture slots_[kCapacity] = {};
    std::atomic<uint32_t> head_{0};
    std::atomic<uint32_t> tail_{0};
};

}  // namespace mmm
