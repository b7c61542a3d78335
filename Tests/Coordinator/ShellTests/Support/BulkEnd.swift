import NIOCore
import Transport
import Wire

/// A worker's end of a link for blobs.
final class BulkEnd: LinkDelegate {
    private let frames: AsyncStream<LinkFrame>
    private let sink: AsyncStream<LinkFrame>.Continuation

    init() { (self.frames, self.sink) = AsyncStream.makeStream() }

    func connect(
        to head: TestHead, as name: String = "w1", session: SessionNumber
    ) async throws -> LinkConnection {
        let dialer = Dialer(credentials: try head.cluster.issue(.worker, name))
        let link = try await dialer.connect(to: head.place, delegate: self)
        link.send([.bulkHello(session)])
        return link
    }

    func received(_ burst: [LinkFrame], on link: LinkConnection) {
        for frame in burst { self.sink.yield(frame) }
    }

    func closed(_ link: LinkConnection, _ closure: LinkClosure) { self.sink.finish() }

    /// The next message, and the bytes that came before it.
    func next() async -> (message: LinkMessage?, bytes: [UInt8]) {
        var bytes: [UInt8] = []
        for await frame in self.frames {
            switch frame {
            case .message(.heartbeat): continue
            case .message(let message): return (message, bytes)
            case .chunk(let chunk): bytes += chunk.readableBytesView
            }
        }
        return (nil, bytes)
    }

    /// So many bytes of a blob.
    func bytes(_ count: Int) async -> [UInt8] {
        var bytes: [UInt8] = []
        for await frame in self.frames {
            if case .chunk(let chunk) = frame { bytes += chunk.readableBytesView }
            if bytes.count >= count { break }
        }
        return bytes
    }
}
