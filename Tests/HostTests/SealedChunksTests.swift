import Crypto
import Foundation
import Glibc
import Host
import Testing

/// What a spill and a head's blobs have in common; `SealedBlobTests` and `SpillTests` say what
/// holds for each.
@Suite struct SealedChunksTests {
    private let scratch: Scratch
    private let file: Descriptor

    init() throws {
        self.scratch = try Scratch()
        self.file = try UnnamedFile.make(in: self.scratch.path)
    }

    private func seal(_ bytes: [UInt8], by key: SymmetricKey) throws {
        var sealer = ChunkSealer(key)
        try bytes.withUnsafeBytes { try sealer.write($0, to: self.file, called: "a test") }
        try sealer.finish(to: self.file, called: "a test")
    }

    @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 200_000])
    func `measures tell how long a file is, and how much was sealed into it`(count: UInt64) {
        let sealed = SealedChunks.bytes(of: count)
        #expect(SealedChunks.size(of: sealed) == count)
        #expect(sealed - count == 16 * max(1, (count + 65_535) / 65_536))
    }

    @Test func `a length that nothing comes to is told`() {
        for length in [0, 15, 65_553, 65_567] as [UInt64] {
            #expect(SealedChunks.size(of: length) == nil, "\(length)")
        }
    }

    @Test func `a file that holds more or less than was said opens nothing`() throws {
        let key = SymmetricKey(size: .bits256)
        try self.seal([UInt8](repeating: 7, count: 100_000), by: key)
        for size in [65_536, 99_999, 100_001, 131_072] as [UInt64] {
            let chunks = SealedChunks(of: self.file, from: 0, size: size, key: key)
            var target = [UInt8](repeating: 0, count: Int(size))
            #expect(throws: HostError(.malformed, "")) {
                try target.withUnsafeMutableBytes {
                    try chunks.read(at: 0, into: $0, of: "a test")
                }
            }
        }
    }

    /// Printed, not asserted: on a shared machine it is chance.
    @Test func `what sealing costs, beside plain files`() throws {
        let count = 32 << 20
        let key = SymmetricKey(size: .bits256)
        let bytes = [UInt8](repeating: 7, count: count)
        var target = [UInt8](repeating: 0, count: count)
        let plain = try UnnamedFile.make(in: self.scratch.path)
        let clock = ContinuousClock()
        func rate(_ body: () throws -> Void) rethrows -> Int {
            let time = try clock.measure(body)
            return Int(Double(count) / 1e6 / (time / .seconds(1)))
        }
        let chunks = SealedChunks(of: self.file, from: 0, size: UInt64(count), key: key)
        let plainWrite = try rate {
            try bytes.withUnsafeBytes { try plain.write($0, to: "a test") }
        }
        let sealedWrite = try rate { try self.seal(bytes, by: key) }
        let plainRead = try rate {
            try target.withUnsafeMutableBytes { try plain.read(at: 0, into: $0, from: "a test") }
        }
        let sealedRead = try rate {
            try target.withUnsafeMutableBytes { try chunks.read(at: 0, into: $0, of: "a test") }
        }
        print(
            "MEASURED MB/s, plain and sealed: write \(plainWrite) \(sealedWrite),",
            "read \(plainRead) \(sealedRead)")
        #expect(target == bytes)
    }
}
