import NIOCore

/// How much one read of a gRPC connection may bring.
enum RPCBuffers {
    /// As much as the longest frame of HTTP/2. What one read brings is worked off before the loop
    /// turns to anybody else, and in 128 KiB there are seven thousand frames that say nothing and
    /// break no rule: others waited for a second.
    static let receiving = AdaptiveRecvByteBufferAllocator(
        minimum: 1024, initial: 2048, maximum: 16 * 1024)
}
