/// A table in memory.
package struct MemorySource: TableSource {
    private let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var size: Int? { self.bytes.count }

    package func read(at offset: Int, into room: UnsafeMutableRawBufferPointer) -> Int {
        let part = self.bytes.dropFirst(offset).prefix(room.count)
        room.copyBytes(from: part)
        return part.count
    }
}
