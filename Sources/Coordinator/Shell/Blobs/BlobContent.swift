/// The bytes of a blob that is open for reading, by position: many may read it at once.
package protocol BlobContent: Sendable {
    var size: UInt64 { get }

    /// Fills the target with the bytes from `offset` on.
    ///
    /// - Requires: the blob has so many.
    /// - Throws: `BlobError` with code `damaged` when they are not those that were stored.
    func read(at offset: UInt64, into target: UnsafeMutableRawBufferPointer) throws(BlobError)
}

extension BlobContent {
    /// Some of the bytes, at most `count` and none behind the end.
    package func bytes(at offset: UInt64, upTo count: Int) throws(BlobError) -> [UInt8] {
        let count = Int(min(UInt64(count), self.size - min(offset, self.size)))
        guard count > 0 else { return [] }
        return try [UInt8].filled(count) { (target) throws(BlobError) in
            try self.read(at: offset, into: target)
        }
    }
}

extension [UInt8] {
    /// So many bytes, as `fill` writes them.
    static func filled(
        _ count: Int, by fill: (UnsafeMutableRawBufferPointer) throws(BlobError) -> Void
    ) throws(BlobError) -> Self {
        var bytes = Self(repeating: 0, count: count)
        // The library's own would forget what kind of error it is.
        var failure: BlobError?
        bytes.withUnsafeMutableBytes { target in
            do throws(BlobError) { try fill(target) } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }
}
