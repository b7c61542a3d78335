import CHost
import Glibc

/// A few bytes that nobody else shall see: a key.
///
/// They lie in pages of their own that are never swapped, never dumped and never inherited by a
/// child, and they are wiped at the end. Where the kernel has `memfd_secret` it does not map them
/// itself, so that neither a debugger nor `/proc/PID/mem` nor a flaw in the kernel's own copying
/// reads them.
// @unchecked: the bytes are written once, before anybody else has the object.
package final class SecretMemory: @unchecked Sendable {
    /// What the kernel does for the bytes.
    package enum Protection: String, Sendable {
        /// Mapped by this process alone, and never swapped.
        case secret
        /// Never swapped.
        case locked
        /// Nothing but that they are left out of dumps: the limit of locked memory is used up.
        case ordinary
    }

    package let protection: Protection
    package let byteCount: Int
    private let start: UnsafeMutableRawPointer
    private let mappedCount: Int

    /// Maps memory and has it filled.
    ///
    /// - Parameter fill: writes the bytes, which are zero before.
    package init<Failure: Error>(
        byteCount: Int, fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws {
        precondition(byteCount > 0, "a secret of no bytes")
        let page = Int(getpagesize())
        self.byteCount = byteCount
        self.mappedCount = (byteCount + page - 1) / page * page
        (self.start, self.protection) = try Self.map(self.mappedCount)
        // Neither a dump nor a child has it.
        madvise(self.start, self.mappedCount, MADV_DONTDUMP)
        madvise(self.start, self.mappedCount, MADV_DONTFORK)
        try fill(UnsafeMutableRawBufferPointer(start: self.start, count: byteCount))
    }

    deinit {
        assay_wipe(self.start, self.mappedCount)
        munmap(self.start, self.mappedCount)
    }

    package func withBytes<Answer, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        defer { withExtendedLifetime(self) {} }
        return try body(UnsafeRawBufferPointer(start: self.start, count: self.byteCount))
    }

    private static func map(
        _ count: Int
    ) throws(HostError) -> (UnsafeMutableRawPointer, Protection) {
        if let start = Self.mapSecret(count) { return (start, .secret) }
        let flags = MAP_PRIVATE | MAP_ANONYMOUS
        let start = mmap(nil, count, PROT_READ | PROT_WRITE, flags, -1, 0)
        guard let start, start != MAP_FAILED else {
            throw HostError(failedTo: "map memory for a secret", errno)
        }
        return (start, mlock(start, count) == 0 ? .locked : .ordinary)
    }

    /// Nil where the kernel has no such memory, or the limit of locked memory is used up.
    private static func mapSecret(_ count: Int) -> UnsafeMutableRawPointer? {
        let number = assay_memfd_secret()
        guard number >= 0 else { return nil }
        // The mapping holds on to the memory.
        defer { close(number) }
        guard ftruncate(number, off_t(count)) == 0 else { return nil }
        let start = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_SHARED, number, 0)
        return start == MAP_FAILED ? nil : start
    }
}
