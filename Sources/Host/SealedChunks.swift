package import Crypto
import Foundation

/// Bytes in a file, sealed chunk by chunk with AES-256-GCM.
///
/// ```
///     0   chunk 0   65,536 bytes and a tag of 16
/// 65552   chunk 1   …
///         last      0 to 65,536 bytes and a tag; there is always one
/// ```
///
/// A chunk's nonce is its number and whether it is the last: none can be left out, moved, repeated,
/// taken from elsewhere or cut off at the end, and any of them opens by itself.
///
/// - Requires: a key seals one such row of chunks, and nothing else ever.
package struct SealedChunks: Sendable {
    package static let chunkBytes = 64 * 1024
    package static let tagBytes = 16
    fileprivate static let nonceBytes = 12

    private let file: Descriptor
    private let start: UInt64
    private let size: UInt64
    private let key: SymmetricKey

    /// - Parameters:
    ///   - start: where the first chunk lies.
    ///   - size: of what was sealed.
    package init(of file: Descriptor, from start: UInt64, size: UInt64, key: SymmetricKey) {
        self.file = file
        self.start = start
        self.size = size
        self.key = key
    }

    /// Fills the target with the bytes from `offset` on.
    ///
    /// - Throws: `HostError` with code `malformed` when they are not those that were sealed.
    package func read(
        at offset: UInt64, into target: UnsafeMutableRawBufferPointer, of what: String
    ) throws(HostError) {
        precondition(
            offset <= self.size && UInt64(target.count) <= self.size - offset,
            "more is wanted than was sealed")
        var filled = 0
        while filled < target.count {
            let position = offset + UInt64(filled)
            let bytes = try self.chunk(position / UInt64(Self.chunkBytes), of: what)
            let start = Int(position % UInt64(Self.chunkBytes))
            let count = min(bytes.count - start, target.count - filled)
            bytes.withUnsafeBytes { bytes in
                UnsafeMutableRawBufferPointer(rebasing: target[filled...]).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]))
            }
            filled += count
        }
    }

    /// Opens one chunk.
    private func chunk(_ number: UInt64, of what: String) throws(HostError) -> Data {
        let place = self.start + number * UInt64(Self.chunkBytes + Self.tagBytes)
        let before = number * UInt64(Self.chunkBytes)
        let count = Int(min(UInt64(Self.chunkBytes), self.size - before))
        let isLast = number + 1 == Self.count(of: self.size)
        // As the library wants them side by side: nonce, bytes, tag.
        var box = Data(count: Self.nonceBytes + count + Self.tagBytes)
        box.replaceSubrange(..<Self.nonceBytes, with: Self.nonce(of: number, isLast: isLast))
        do {
            try box.withUnsafeMutableBytes { bytes in
                try self.file.read(
                    at: place,
                    into: UnsafeMutableRawBufferPointer(rebasing: bytes[Self.nonceBytes...]),
                    from: what)
            }
            return try AES.GCM.open(try AES.GCM.SealedBox(combined: box), using: self.key)
        } catch let error as HostError {
            throw error
        } catch {
            throw HostError(.malformed, "\(what) is not what was sealed")
        }
    }

    // MARK: Measures

    /// Chunks of so many bytes.
    static func count(of size: UInt64) -> UInt64 {
        max(1, (size + UInt64(Self.chunkBytes) - 1) / UInt64(Self.chunkBytes))
    }

    /// What so many bytes take, sealed.
    package static func bytes(of size: UInt64) -> UInt64 {
        size + Self.count(of: size) * UInt64(Self.tagBytes)
    }

    /// How many bytes were sealed into so many; nil when none come to that.
    package static func size(of sealed: UInt64) -> UInt64? {
        let whole = UInt64(Self.chunkBytes + Self.tagBytes)
        let tags = (sealed + whole - 1) / whole * UInt64(Self.tagBytes)
        guard sealed >= tags, Self.bytes(of: sealed - tags) == sealed else { return nil }
        return sealed - tags
    }

    fileprivate static func nonce(of chunk: UInt64, isLast: Bool) -> [UInt8] {
        [0, 0, 0] + withUnsafeBytes(of: chunk.bigEndian, Array.init) + [isLast ? 1 : 0]
    }
}

/// Seals bytes as they come, chunk by chunk.
package struct ChunkSealer: Sendable {
    private let key: SymmetricKey
    /// What has come and is not sealed yet: a chunk at most, since nobody knows which is the last.
    private var waiting = Data()
    private var chunks: UInt64 = 0

    package init(_ key: SymmetricKey) { self.key = key }

    /// Takes more bytes, and writes the chunks that are whole and have another behind them.
    package mutating func write(
        _ bytes: UnsafeRawBufferPointer, to file: Descriptor, called what: String
    ) throws(HostError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            if self.waiting.count == SealedChunks.chunkBytes {
                try self.seal(isLast: false, to: file, what)
            }
            let part = rest.prefix(SealedChunks.chunkBytes - self.waiting.count)
            self.waiting.append(contentsOf: UnsafeRawBufferPointer(rebasing: part))
            rest = rest.dropFirst(part.count)
        }
    }

    /// Writes what waits as the last chunk.
    package mutating func finish(to file: Descriptor, called what: String) throws(HostError) {
        try self.seal(isLast: true, to: file, what)
    }

    private mutating func seal(
        isLast: Bool, to file: Descriptor, _ what: String
    ) throws(HostError) {
        do {
            let nonce = try AES.GCM.Nonce(
                data: SealedChunks.nonce(of: self.chunks, isLast: isLast))
            let box = try AES.GCM.seal(self.waiting, using: self.key, nonce: nonce)
            guard let combined = box.combined else {
                preconditionFailure("a nonce of 12 bytes is always combined")
            }
            // The nonce follows from the chunk's place.
            try combined.withUnsafeBytes { bytes in
                try file.write(
                    UnsafeRawBufferPointer(rebasing: bytes[SealedChunks.nonceBytes...]), to: what)
            }
        } catch let error as HostError {
            throw error
        } catch {
            throw HostError(.failed, "\(what) could not be sealed: \(error)")
        }
        self.chunks += 1
        self.waiting.removeAll(keepingCapacity: true)
    }
}
