import CSeccomp

/// The heap while gigabytes pass through it.
///
/// The C library gives large freed buffers back to the kernel at once, so that each new one is
/// filled page by page, by faults. A data set that arrives in buffers of 256 KiB pays a fifth of
/// its processor time for that: 1.6 s a gigabyte, and 1.3 s when the heap keeps a few of them.
enum BulkHeap {
    /// Twice what `ChunkQueue` lets wait.
    private static let bytesKept: CInt = 16 << 20

    /// Lets the heap keep freed buffers, from now on.
    static func keepBuffers() { _ = Self.kept }

    private static let kept: Void = assay_heap_keep(Self.bytesKept)

    /// Gives what is kept back to the kernel: after the last byte nobody needs it.
    static func giveBack() { assay_heap_give_back() }
}
