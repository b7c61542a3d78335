import Engine

/// A table in memory, read as from a file or, without a size, as from a pipe.
package struct MemorySource: TableSource {
    private let bytes: [UInt8]
    private let chunk: Int
    package let size: Int?

    /// - Parameter chunk: bytes that come at once, at most.
    package init(_ bytes: [UInt8], hasSize: Bool = true, chunk: Int = .max) {
        self.bytes = bytes
        self.chunk = chunk
        self.size = hasSize ? bytes.count : nil
    }

    package func read(at offset: Int, into room: UnsafeMutableRawBufferPointer) -> Int {
        let part = self.bytes.dropFirst(offset).prefix(min(room.count, self.chunk))
        room.copyBytes(from: part)
        return part.count
    }
}
