import Glibc
package import Host
package import NIOCore
import NIOPosix
import Wire

/// Where the bytes of a blob come from.
package enum BlobBytes: Sendable {
    case memory(ByteBuffer)
    /// Read by position, so that one descriptor serves many readers at once.
    case file(Descriptor)
    /// Filled by whoever has them, from an offset on; called on a thread that may wait.
    case reader(@Sendable (UInt64, UnsafeMutableRawBufferPointer) throws -> Void)
}

extension LinkConnection {
    /// Blob bytes read and written at a time: four chunks.
    private static let strideBytes = 4 * Limits.chunkBytesMax
    /// Strides given to the channel and not yet taken by the kernel.
    private static let stridesInFlightMax = 3

    /// Streams bytes of a blob as chunks, behind all that was said; returns when the kernel has
    /// taken the last of them.
    ///
    /// Reading happens on a pool of threads, since a disk may be slow, one stride ahead of
    /// writing; at most four strides are in memory. Two streams on one link would mix.
    ///
    /// - Throws: `BlobReadError` when the source is shorter than promised: the link is of no use
    ///   then, close it. `LinkClosure` or an error of the channel when the link has ended.
    package func send(_ source: BlobBytes, offset: UInt64, length: UInt64) async throws {
        var position = offset
        let end = offset + length
        var inFlight: [EventLoopFuture<Void>] = []
        while position < end {
            try Task.checkCancellation()
            let count = Int(min(end - position, UInt64(Self.strideBytes)))
            let stride = try await self.read(source, at: position, count: count)
            position += UInt64(count)
            if inFlight.count >= Self.stridesInFlightMax { try await inFlight.removeFirst().get() }
            inFlight.append(self.channel.eventLoop.flatSubmit { self.write(chunks: stride) })
        }
        for written in inFlight { try await written.get() }
    }

    private func read(_ source: BlobBytes, at offset: UInt64, count: Int) async throws -> ByteBuffer
    {
        switch source {
        case .memory(let bytes):
            guard let start = Int(exactly: offset), start <= bytes.readableBytes - count else {
                throw BlobReadError(reason: "the blob in memory is shorter than promised")
            }
            return Self.frames(count) { target, position in
                bytes.withUnsafeReadableBytes { all in
                    target.copyMemory(
                        from: UnsafeRawBufferPointer(
                            rebasing: all[(start + position)...].prefix(target.count)))
                }
            }
        case .file(let file):
            return try await NIOThreadPool.singleton.runIfActive {
                try Self.frames(count) { target, position in
                    try Self.read(file, at: offset + UInt64(position), into: target)
                }
            }
        case .reader(let read):
            return try await NIOThreadPool.singleton.runIfActive {
                try Self.frames(count) { target, position in
                    try read(offset + UInt64(position), target)
                }
            }
        }
    }

    /// Lays out chunks of blob bytes as frames, each body filled by `fill(body, position)`.
    private static func frames(
        _ count: Int, fill: (UnsafeMutableRawBufferPointer, Int) throws -> Void
    ) rethrows -> ByteBuffer {
        let chunkCount = (count + Limits.chunkBytesMax - 1) / Limits.chunkBytesMax
        var frames = ByteBufferAllocator().buffer(
            capacity: count + chunkCount * FrameLayout.headerBytes)
        var position = 0
        while position < count {
            let size = min(count - position, Limits.chunkBytesMax)
            FrameLayout.header(.chunk, bodyBytes: size, into: &frames)
            try frames.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { room in
                try fill(UnsafeMutableRawBufferPointer(rebasing: room.prefix(size)), position)
                return size
            }
            position += size
        }
        return frames
    }

    private static func read(
        _ file: Descriptor, at offset: UInt64, into target: UnsafeMutableRawBufferPointer
    ) throws {
        var filled = 0
        while filled < target.count {
            let count = file.withNumber { number in
                pread(
                    number, target.baseAddress?.advanced(by: filled), target.count - filled,
                    off_t(offset) + off_t(filled))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw BlobReadError(
                    reason: count == 0
                        ? "the blob's file is shorter than promised"
                        : "the blob's file cannot be read: \(String(cString: strerror(errno)))")
            }
            filled += count
        }
    }
}

/// The bytes of a blob could not be had.
package struct BlobReadError: Error, Equatable, Sendable, CustomStringConvertible {
    let reason: String

    package var description: String { self.reason }
}
