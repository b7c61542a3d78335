/// Where the bytes of a table come from, piece by piece: a file, or what another program writes.
package protocol TableSource {
    /// How many bytes there are; nil where they come once, one after the other, until they end.
    var size: Int? { get }

    /// Reads some bytes from `offset` on into the beginning of `room`.
    ///
    /// - Requires: without a size, offsets that follow one another.
    /// - Returns: how many; 0 at the end.
    func read(at offset: Int, into room: UnsafeMutableRawBufferPointer) throws -> Int
}

/// What was read of a source and is not done with.
struct SourceBuffer {
    private let source: any TableSource
    private var room: [UInt8] = []
    /// What of `room` holds bytes that are wanted.
    private var filled = 0..<0
    /// The offset of the next byte to read.
    private var next: Int
    /// Whether the source has no byte beyond those that are here.
    private(set) var isAtEnd = false

    /// A buffer grows by what a source gives, and not by what a length in it claims.
    private static let stepBytes = 1 << 20

    init(_ source: any TableSource, from offset: Int = 0) {
        self.source = source
        self.next = offset
    }

    var count: Int { self.filled.count }

    /// Reads until `count` bytes are here, or all that there are.
    ///
    /// - Returns: whether so many are here.
    mutating func fill(to count: Int) throws -> Bool {
        while self.filled.count < count, !self.isAtEnd {
            self.makeRoom(for: count)
            let start = self.filled.upperBound
            let (source, next) = (self.source, self.next)
            let read = try self.room.withUnsafeMutableBytes {
                try source.read(at: next, into: .init(rebasing: $0[start...]))
            }
            self.next += read
            self.filled = self.filled.lowerBound..<start + read
            self.isAtEnd = read == 0
        }
        return self.filled.count >= count
    }

    private mutating func makeRoom(for count: Int) {
        let filled = self.filled
        let kept = filled.count
        guard self.room.count - filled.lowerBound < count else { return }
        guard filled.lowerBound > 0 || filled.upperBound == self.room.count else { return }
        if filled.lowerBound > 0 {
            self.room.withUnsafeMutableBytes { room in
                guard let start = room.baseAddress, kept > 0 else { return }
                start.copyMemory(from: start + filled.lowerBound, byteCount: kept)
            }
            self.filled = 0..<kept
        }
        let wanted = min(count, max(2 * kept, Self.stepBytes))
        if self.room.count < wanted {
            self.room += repeatElement(0, count: wanted - self.room.count)
        }
    }

    func withBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try self.room.withUnsafeBytes { try body(.init(rebasing: $0[self.filled])) }
    }

    /// Is done with the first bytes.
    mutating func drop(_ count: Int) {
        self.filled = self.filled.lowerBound + count..<self.filled.upperBound
    }
}
