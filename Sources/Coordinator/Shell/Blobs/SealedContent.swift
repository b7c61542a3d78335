import Crypto
import Foundation
import Host
import Wire

/// A sealed blob that is open for reading.
struct SealedContent: BlobContent {
    let digest: Wire.Digest
    let size: UInt64
    private let file: Descriptor
    private let key: SymmetricKey

    init(_ file: Descriptor, _ blob: Blob, key: SymmetricKey) {
        self.file = file
        self.digest = blob.digest
        self.size = blob.size
        self.key = key
    }

    func read(at offset: UInt64, into target: UnsafeMutableRawBufferPointer) throws(BlobError) {
        precondition(offset <= self.size && UInt64(target.count) <= self.size - offset)
        var filled = 0
        while filled < target.count {
            let position = offset + UInt64(filled)
            let bytes = try self.chunk(position / UInt64(SealedLayout.chunkBytes))
            let start = Int(position % UInt64(SealedLayout.chunkBytes))
            let count = min(bytes.count - start, target.count - filled)
            bytes.withUnsafeBytes { bytes in
                UnsafeMutableRawBufferPointer(rebasing: target[filled...]).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]))
            }
            filled += count
        }
    }

    /// Opens one chunk.
    private func chunk(_ number: UInt64) throws(BlobError) -> Data {
        let (place, count) = SealedLayout.place(of: number, size: self.size)
        let isLast = number + 1 == SealedLayout.chunks(of: self.size)
        // As the library wants them side by side: nonce, bytes, tag.
        var box = Data(count: SealedLayout.nonceBytes + count + SealedLayout.tagBytes)
        box.replaceSubrange(
            0..<SealedLayout.nonceBytes, with: SealedLayout.nonce(of: number, isLast: isLast))
        do {
            try box.withUnsafeMutableBytes { bytes in
                try self.file.read(
                    at: place,
                    into: UnsafeMutableRawBufferPointer(
                        rebasing: bytes[SealedLayout.nonceBytes...]),
                    of: "the blob \(self.digest)")
            }
            return try AES.GCM.open(try AES.GCM.SealedBox(combined: box), using: self.key)
        } catch let error as BlobError {
            throw error
        } catch {
            throw .damaged(self.digest)
        }
    }
}

extension BlobError {
    static func damaged(_ digest: Wire.Digest) -> Self {
        Self(
            .damaged,
            "the blob \(digest) is damaged: its bytes on the head's disk are not those it stored")
    }
}

/// Seals the bytes of a blob as they come.
struct BlobSealer: Sendable {
    private let key: SymmetricKey
    /// What has come and is not sealed yet: a chunk at most, since nobody knows which is the last.
    private var waiting = Data()
    private var chunks: UInt64 = 0

    init(_ key: SymmetricKey) { self.key = key }

    /// Takes more bytes, and hands on the chunks that are whole and have another behind them.
    mutating func write(
        _ bytes: UnsafeRawBufferPointer, to file: Descriptor
    ) throws(BlobError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            if self.waiting.count == SealedLayout.chunkBytes {
                try self.seal(isLast: false, to: file)
            }
            let part = rest.prefix(SealedLayout.chunkBytes - self.waiting.count)
            self.waiting.append(contentsOf: UnsafeRawBufferPointer(rebasing: part))
            rest = rest.dropFirst(part.count)
        }
    }

    /// Hands on what waits as the last chunk.
    mutating func finish(to file: Descriptor) throws(BlobError) {
        try self.seal(isLast: true, to: file)
    }

    private mutating func seal(isLast: Bool, to file: Descriptor) throws(BlobError) {
        do {
            let nonce = try AES.GCM.Nonce(
                data: SealedLayout.nonce(of: self.chunks, isLast: isLast))
            let box = try AES.GCM.seal(self.waiting, using: self.key, nonce: nonce)
            guard let combined = box.combined else {
                preconditionFailure("a nonce of 12 bytes is always combined")
            }
            // The nonce follows from the chunk's place.
            try combined.withUnsafeBytes { bytes in
                try file.write(
                    UnsafeRawBufferPointer(rebasing: bytes[SealedLayout.nonceBytes...]),
                    to: "a blob")
            }
        } catch let error as HostError {
            throw BlobError(.failed, error.reason)
        } catch {
            throw BlobError(.failed, "a blob could not be sealed: \(error)")
        }
        self.chunks += 1
        self.waiting.removeAll(keepingCapacity: true)
    }
}
