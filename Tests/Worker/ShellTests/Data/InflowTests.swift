import Host
import NIOCore
import Testing
import Wire

@testable import WorkerShell

@Suite struct InflowTests {
    /// Its digest plays no part here.
    private static func inflow(size: Int) throws -> Inflow {
        let blob = Blob(digest: Digest(sha256: Array(repeating: 7, count: 32)), size: UInt64(size))
        return Inflow(blob, into: try SealedMemory.Draft(named: "test"))
    }

    @Test func `what came before the end is told before the end`() throws {
        let inflow = try Self.inflow(size: 9)
        inflow.take(ByteBuffer(string: "abc"))
        inflow.take(ByteBuffer(string: "de"))
        inflow.finish(.interrupted(reason: "gone"))
        inflow.finish(.refused(reason: "too late"))

        let memory = try inflow.memory(beyond: 0)
        #expect(memory.byteCount == 5)
        try memory.withBytes(1..<4) { #expect(Array($0) == Array("bcd".utf8)) }
        #expect(throws: TransferEnd.interrupted(reason: "gone")) {
            try inflow.memory(beyond: 5)
        }
    }

    @Test func `the last byte is told at once, however few there are`() throws {
        let inflow = try Self.inflow(size: 3)
        inflow.take(ByteBuffer(string: "abc"))
        #expect(try inflow.memory(beyond: 0).byteCount == 3)
    }

    @Test func `whole strides are told, and those known are not told again`() throws {
        let stride = ByteBuffer(repeating: 1, count: Inflow.strideBytes)
        let inflow = try Self.inflow(size: 3 * Inflow.strideBytes)
        inflow.take(stride)
        inflow.take(stride)
        #expect(try inflow.memory(beyond: 0).byteCount == 2 * Inflow.strideBytes)
        // The second stride's signal is still there, and is no news.
        inflow.take(stride)
        #expect(
            try inflow.memory(beyond: 2 * Inflow.strideBytes).byteCount == 3 * Inflow.strideBytes)
    }

    @Test func `more bytes than the blob has are refused before they are kept`() throws {
        let inflow = try Self.inflow(size: 3)
        inflow.take(ByteBuffer(string: "ab"))
        inflow.take(ByteBuffer(string: "cd"))
        #expect(try inflow.memory(beyond: 0).byteCount == 2)
        #expect(throws: TransferEnd.self) { try inflow.memory(beyond: 2) }
    }

    @Test func `nothing is appended after the end`() throws {
        let inflow = try Self.inflow(size: 3)
        inflow.take(ByteBuffer(string: "a"))
        let memory = inflow.ended()
        inflow.take(ByteBuffer(string: "b"))
        #expect(memory.byteCount == 1)
        #expect(try inflow.memory(beyond: 0).byteCount == 1)
    }
}
