import Foundation
import Glibc
import Host
import NIOCore
import Synchronization
import Testing
import Transport
import Wire

@Suite struct BlobTests {
    /// Not a multiple of anything that the code counts in.
    static let bytes = (0..<(3 * Limits.chunkBytesMax + 12_345)).map {
        UInt8(truncatingIfNeeded: $0 &* 31 >> 3)
    }

    @Test func `a blob in memory arrives whole behind the message that announced it`() async throws
    {
        try await Self.stream(.memory(ByteBuffer(bytes: Self.bytes)), offset: 0, Self.bytes)
    }

    @Test func `the rest of a file arrives from any offset`() async throws {
        try await withDirectory { directory in
            let path = "\(directory)/blob"
            try Data(Self.bytes).write(to: URL(filePath: path))
            let file = Descriptor(adopting: open(path, O_RDONLY | O_CLOEXEC))
            try await Self.stream(.file(file), offset: 100_001, Array(Self.bytes[100_001...]))
        }
    }

    @Test func `a file shorter than promised is an error, not zeros`() async throws {
        try await withDirectory { directory in
            let path = "\(directory)/blob"
            try Data(Self.bytes).write(to: URL(filePath: path))
            let file = Descriptor(adopting: open(path, O_RDONLY | O_CLOEXEC))
            try await TestHead.with { head in
                let link = try await head.dialer(.worker, "anna")
                    .connect(to: head.place, delegate: RecordingEnd())
                await #expect(throws: BlobReadError.self) {
                    try await link.send(.file(file), offset: 1, length: UInt64(Self.bytes.count))
                }
            }
        }
    }

    @Test func `a link that ends in the middle ends the stream`() async throws {
        try await TestHead.with { head in
            let link = try await head.dialer(.worker, "anna")
                .connect(to: head.place, delegate: RecordingEnd())
            let theirs = try #require(await head.links.opened.next())
            theirs.link.pauseReading()
            let source = ByteBuffer(repeating: 7, count: 64 << 20)
            async let sending: Void = link.send(
                .memory(source), offset: 0, length: UInt64(source.readableBytes))
            theirs.link.refuse("enough")
            do {
                try await sending
                Issue.record("all of it was taken by an end that read none")
            } catch {}
        }
    }

    private static func stream(
        _ source: BlobBytes, offset: UInt64, _ expected: [UInt8]
    ) async throws {
        let digest = LinkTests.digest(1)
        let arrived = Mutex<[UInt8]>([])
        try await TestHead.with { head in
            let end = RecordingEnd { burst, _ in
                for case .chunk(let bytes) in burst {
                    arrived.withLock { $0 += bytes.readableBytesView }
                }
            }
            _ = try await head.dialer(.worker, "anna").connect(to: head.place, delegate: end)
            let theirs = try #require(await head.links.opened.next()).link

            theirs.send([.blobMissing(digest, reason: "first")])
            try await theirs.send(source, offset: offset, length: UInt64(expected.count))
            theirs.send([.blobStored(digest)])

            var said: [LinkMessage] = []
            while said.count < 2, let more = await end.messages() { said += more }
            #expect(said == [.blobMissing(digest, reason: "first"), .blobStored(digest)])
            let isSame = arrived.withLock { $0 == expected }
            #expect(isSame)
        }
    }
}
