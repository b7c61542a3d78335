/// Unpacks a deflated stream (RFC 1951), to a bound.
///
/// Our own, because what unpacks hostile bytes here runs where no library's allocations and no
/// history of faults should: all indices are checked, and no table is larger than the format's.
enum Inflation {
    /// Where the deflated stream begins behind a header of zlib (RFC 1950) or gzip (RFC 1952); nil
    /// where there is neither.
    static func start(of bytes: UnsafeRawBufferPointer) -> Int? {
        guard bytes.count > 18 else { return nil }
        if bytes[0] == 0x1F, bytes[1] == 0x8B, bytes[2] == 8 {
            return Self.gzipStart(bytes)
        }
        let check = Int(bytes[0]) << 8 | Int(bytes[1])
        // The one window that is in use; others would make texts of other formats.
        return bytes[0] == 0x78 && check % 31 == 0 && bytes[1] & 0x20 == 0 ? 2 : nil
    }

    private static func gzipStart(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var cursor = Cursor(bytes)
        do throws(Broken) {
            _ = try cursor.take(3)
            let flags = try cursor.byte()
            _ = try cursor.take(6)
            if flags & 4 != 0 { _ = try cursor.take(try cursor.number(2)) }
            for flag in [8, 16] as [UInt8] where flags & flag != 0 {
                while try cursor.byte() != 0 {}
            }
            if flags & 2 != 0 { _ = try cursor.take(2) }
            return cursor.at
        } catch {
            return nil
        }
    }

    static func bytes(
        of stream: UnsafeRawBufferPointer, upTo bytesMax: Int
    ) throws(Broken) -> [UInt8] {
        var inflater = Inflater(stream, bytesMax: bytesMax)
        return try inflater.run()
    }
}

private struct Inflater {
    private var cursor: Cursor
    private var bits: UInt32 = 0
    private var bitCount = 0
    private var output: [UInt8] = []
    private let bytesMax: Int

    init(_ stream: UnsafeRawBufferPointer, bytesMax: Int) {
        self.cursor = Cursor(stream)
        self.bytesMax = bytesMax
    }

    mutating func run() throws(Broken) -> [UInt8] {
        var isLast = false
        while !isLast {
            isLast = try self.take(1) == 1
            switch try self.take(2) {
            case 0: try self.storedBlock()
            case 1: try self.block(Self.fixedLengths, Self.fixedDistances)
            case 2:
                let codes = try self.codes()
                try self.block(codes.lengths, codes.distances)
            default: throw Broken(self.cursor.at, "a block of an unknown kind")
            }
        }
        return self.output
    }

    /// The next bits, the first in the lowest place.
    private mutating func take(_ count: Int) throws(Broken) -> Int {
        while self.bitCount < count {
            self.bits |= UInt32(try self.cursor.byte()) << UInt32(self.bitCount)
            self.bitCount += 8
        }
        let value = Int(self.bits & (1 << UInt32(count) - 1))
        self.bits >>= UInt32(count)
        self.bitCount -= count
        return value
    }

    private mutating func append(_ byte: UInt8) throws(Broken) {
        guard self.output.count < self.bytesMax else {
            throw Broken(self.cursor.at, "it comes to more than \(self.bytesMax) bytes")
        }
        self.output.append(byte)
    }

    private mutating func storedBlock() throws(Broken) {
        self.bits = 0
        self.bitCount = 0
        let count = try self.cursor.number(2)
        guard try self.cursor.number(2) == count ^ 0xFFFF else {
            throw Broken(self.cursor.at, "the length of a block contradicts itself")
        }
        for byte in try self.cursor.take(count) { try self.append(byte) }
    }

    private mutating func block(_ lengths: Codes, _ distances: Codes) throws(Broken) {
        while true {
            let symbol = try self.symbol(lengths)
            if symbol < 256 {
                try self.append(UInt8(symbol))
                continue
            }
            if symbol == 256 { return }
            guard symbol - 257 < Self.lengthBases.count else {
                throw Broken(self.cursor.at, "a length of an unknown kind")
            }
            let length =
                Self.lengthBases[symbol - 257] + (try self.take(Self.lengthBits[symbol - 257]))
            let kind = try self.symbol(distances)
            guard kind < Self.distanceBases.count else {
                throw Broken(self.cursor.at, "a distance of an unknown kind")
            }
            let distance = Self.distanceBases[kind] + (try self.take(Self.distanceBits[kind]))
            guard distance <= self.output.count else {
                throw Broken(self.cursor.at, "it repeats what stands before its beginning")
            }
            for _ in 0..<length { try self.append(self.output[self.output.count - distance]) }
        }
    }

    // MARK: Codes

    /// A canonical Huffman code: how many symbols have each length, and the symbols in order.
    private struct Codes {
        var counts = [Int](repeating: 0, count: 16)
        var symbols: [Int] = []

        /// - Throws: when there are more codes than their lengths leave room for.
        init(_ lengths: [Int]) throws(Broken) {
            for length in lengths { self.counts[length] += 1 }
            self.counts[0] = 0
            var room = 1
            for count in self.counts.dropFirst() {
                room = room * 2 - count
                guard room >= 0 else { throw Broken(0, "its codes contradict each other") }
            }
            self.symbols = lengths.indices.filter { lengths[$0] > 0 }
                .sorted { (lengths[$0], $0) < (lengths[$1], $1) }
        }

        fileprivate init(fixed lengths: [Int]) {
            for length in lengths { self.counts[length] += 1 }
            self.symbols = lengths.indices.sorted { (lengths[$0], $0) < (lengths[$1], $1) }
        }
    }

    private mutating func symbol(_ codes: Codes) throws(Broken) -> Int {
        var code = 0
        var first = 0
        var index = 0
        for length in 1..<16 {
            code |= try self.take(1)
            let count = codes.counts[length]
            if code - first < count { return codes.symbols[index + code - first] }
            index += count
            first = (first + count) << 1
            code <<= 1
        }
        throw Broken(self.cursor.at, "a code that stands for nothing")
    }

    private mutating func codes() throws(Broken) -> (lengths: Codes, distances: Codes) {
        let lengthCount = try self.take(5) + 257
        let distanceCount = try self.take(5) + 1
        let orderCount = try self.take(4) + 4
        var orders = [Int](repeating: 0, count: 19)
        for place in Self.order.prefix(orderCount) { orders[place] = try self.take(3) }
        let code = try Codes(orders)
        var lengths: [Int] = []
        while lengths.count < lengthCount + distanceCount {
            let symbol = try self.symbol(code)
            switch symbol {
            case 0..<16: lengths.append(symbol)
            case 16:
                guard let last = lengths.last else {
                    throw Broken(self.cursor.at, "it repeats a length before the first")
                }
                lengths += repeatElement(last, count: 3 + (try self.take(2)))
            case 17: lengths += repeatElement(0, count: 3 + (try self.take(3)))
            default: lengths += repeatElement(0, count: 11 + (try self.take(7)))
            }
        }
        guard lengths.count == lengthCount + distanceCount, lengths[256] > 0 else {
            throw Broken(self.cursor.at, "its codes are not complete")
        }
        return (
            try Codes(Array(lengths[..<lengthCount])), try Codes(Array(lengths[lengthCount...]))
        )
    }

    private static let order = [
        16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
    ]
    private static let lengthBases = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115,
        131, 163, 195, 227, 258,
    ]
    private static let lengthBits = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
    private static let distanceBases = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537,
        2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577,
    ]
    private static let distanceBits = [
        0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12,
        13, 13,
    ]
    private static let fixedLengths = Codes(
        fixed: Array(repeating: 8, count: 144) + Array(repeating: 9, count: 112)
            + Array(repeating: 7, count: 24) + Array(repeating: 8, count: 8))
    private static let fixedDistances = Codes(fixed: Array(repeating: 5, count: 30))
}
