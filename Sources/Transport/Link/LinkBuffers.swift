import NIOCore

/// How much one read of a connection may bring.
enum LinkBuffers {
    /// Two KiB for a connection that says little, and as much as the cache of a core can hold, with
    /// its plaintext beside it, for one that brings a data set: NIO stops at 64 KiB by itself, and
    /// each read costs a turn of the event loop.
    static let receiving = AdaptiveRecvByteBufferAllocator(
        minimum: 1024, initial: 2048, maximum: 128 << 10)
}
