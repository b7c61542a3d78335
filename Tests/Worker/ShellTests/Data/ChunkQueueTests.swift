import NIOCore
import Testing

@testable import WorkerShell

@Suite struct ChunkQueueTests {
    private let queue = ChunkQueue()

    @Test func `what has arrived is taken together, in order, and then the end`() throws {
        #expect(self.queue.push(ByteBuffer(string: "a")) == .goOn)
        #expect(self.queue.push(ByteBuffer(string: "b")) == .goOn)
        self.queue.finish(.interrupted(reason: "gone"))
        self.queue.finish(.refused(reason: "too late"))

        let taken = try self.queue.take()
        #expect(taken.chunks.map(String.init(buffer:)) == ["a", "b"])
        #expect(!taken.wasPaused)
        #expect(throws: TransferEnd.interrupted(reason: "gone")) { try self.queue.take() }
    }

    @Test func `a sender is asked to pause once, and goes on when the bytes were taken`() throws {
        let half = ByteBuffer(repeating: 0, count: ChunkQueue.bytesMax / 2)
        #expect(self.queue.push(half) == .goOn)
        #expect(self.queue.push(half) == .pause)
        #expect(self.queue.push(half) == .goOn)

        #expect(try self.queue.take().wasPaused)
        #expect(self.queue.push(half) == .goOn)
        #expect(try !self.queue.take().wasPaused)
    }
}
