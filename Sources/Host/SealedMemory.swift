import CHost
import Glibc

/// Bytes in anonymous memory that nobody can change any more, whoever holds the descriptor.
///
/// A data set lives in one of these: no file holds it, a child that is handed the descriptor maps
/// the same pages, and neither it nor we can alter what its digest was checked for. The pages are
/// left out of core dumps; they may go to swap, so a host with secrets encrypts its swap.
// @unchecked: sealed memory is immutable by the kernel's word, and all else here is `let`.
package final class SealedMemory: @unchecked Sendable {
    package let descriptor: Descriptor
    package let byteCount: Int
    /// Nil when there are no bytes: nothing is not mapped.
    private let start: UnsafeMutableRawPointer?

    /// Maps what another process made.
    ///
    /// - Throws: `HostError` with code `unsafe` when the memory is not sealed, since its maker
    ///   could then change it, or shrink it under the reader's feet.
    package init(adopting descriptor: Descriptor) throws(HostError) {
        let sealed = try descriptor.withNumber { number throws(HostError) in
            try kernel("examine the seals of memory") { assay_memfd_is_sealed(number) }
        }
        guard sealed == 1 else {
            throw HostError(.unsafe, "the memory is not sealed, so its maker could change it")
        }
        self.byteCount = Int(try descriptor.status(of: "sealed memory").st_size)
        self.start = try Self.map(descriptor, byteCount: self.byteCount)
        self.descriptor = descriptor
    }

    deinit {
        if let start = self.start { munmap(start, self.byteCount) }
    }

    package func withBytes<Answer, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        defer { withExtendedLifetime(self) {} }
        return try body(UnsafeRawBufferPointer(start: self.start, count: self.byteCount))
    }

    private static func map(
        _ descriptor: Descriptor, byteCount: Int
    ) throws(HostError) -> UnsafeMutableRawPointer? {
        guard byteCount > 0 else { return nil }
        let start = mmap(nil, byteCount, PROT_READ, MAP_SHARED, descriptor.number, 0)
        guard let start, start != MAP_FAILED else {
            throw HostError(failedTo: "map \(byteCount) bytes of sealed memory", errno)
        }
        madvise(start, byteCount, MADV_DONTDUMP)
        return start
    }

    /// Memory that still grows.
    package struct Draft: Sendable {
        private let descriptor: Descriptor
        package private(set) var byteCount = 0

        /// - Parameter name: what `/proc/PID/maps` shows. Nothing private belongs there.
        package init(named name: String) throws(HostError) {
            let number = try kernel("make memory for \(name)") { assay_memfd(name) }
            self.descriptor = Descriptor(adopting: number)
        }

        package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(HostError) {
            try self.descriptor.write(bytes, to: "\(bytes.count) bytes into memory")
            self.byteCount += bytes.count
        }

        package mutating func append(_ bytes: [UInt8]) throws(HostError) {
            try bytes.span.bytes.withUnsafeBytes { bytes throws(HostError) in
                try self.append(bytes)
            }
        }

        /// Lends a part of what was written, wherever more is being written meanwhile.
        ///
        /// - Throws: `HostError` when it cannot be mapped.
        package func withBytes<Answer>(
            _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Answer
        ) throws(HostError) -> Answer {
            precondition(range.upperBound <= self.byteCount, "not written yet")
            guard !range.isEmpty else { return body(UnsafeRawBufferPointer(start: nil, count: 0)) }
            // A mapping begins with a page. A private one does not stand in the way of sealing.
            let lead = range.lowerBound % Int(getpagesize())
            let count = lead + range.count
            let start = mmap(
                nil, count, PROT_READ, MAP_PRIVATE | MAP_POPULATE, self.descriptor.number,
                off_t(range.lowerBound - lead))
            guard let start, start != MAP_FAILED else {
                throw HostError(failedTo: "map \(count) bytes of memory", errno)
            }
            defer { munmap(start, count) }
            return body(UnsafeRawBufferPointer(start: start + lead, count: range.count))
        }

        /// Ends the writing for ever.
        package consuming func sealed() throws(HostError) -> SealedMemory {
            _ = try self.descriptor.withNumber { number throws(HostError) in
                try kernel("seal memory") { assay_memfd_seal(number) }
            }
            return try SealedMemory(adopting: self.descriptor)
        }
    }
}
