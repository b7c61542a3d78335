import NIOCore

/// How much one read of a gRPC connection may bring.
enum RPCBuffers {
    /// As much as a stream may send before its window is opened again. What one read brings is
    /// worked off before the loop turns to anybody else, and in four reads of 128 KiB there are
    /// many thousand frames that say nothing and break no rule: others waited for a second. A
    /// quarter of this, the longest frame of HTTP/2, costs uploads four fifths of their rate.
    static let receiving = AdaptiveRecvByteBufferAllocator(
        minimum: 1024, initial: 2048, maximum: 64 * 1024)
}
