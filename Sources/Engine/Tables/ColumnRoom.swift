/// How many rows a table has, as a reader knows before it reads them.
enum RowCount {
    case exactly(Int)
    case atMost(Int)
}

/// Where the values of a column are put while a table is read.
enum ColumnRoom<Element: BitwiseCopyable> {
    /// The column itself, which grows as rows come: what is filled ahead of them would have left
    /// the processor's caches when they are put.
    case exact([Element])
    /// More than the column will need, perhaps far more. Pages that no row reaches cost nothing.
    case ample(ColumnMemory)

    init(_ rows: RowCount) {
        switch rows {
        case .exactly(let count):
            var values: [Element] = []
            values.reserveCapacity(count)
            self = .exact(values)
        case .atMost(let count): self = .ample(ColumnMemory(of: Element.self, count: count))
        }
    }

    /// Where the room begins for as long as it is there; nil where that is so in `write` only.
    var start: UnsafeMutableRawPointer? {
        switch self {
        case .exact: nil
        case .ample(let memory): memory.start
        }
    }

    /// The room, of which nothing stays behind.
    mutating func taken() -> Self {
        var room = Self.exact([])
        swap(&room, &self)
        return room
    }

    /// - Parameters:
    ///   - rows: how many of the first can be written to.
    ///   - missing: what those hold that are not written.
    mutating func write<Fault: Error>(
        rows: Int, missing: Element,
        _ body: (UnsafeMutableRawPointer?) throws(Fault) -> Void
    ) throws(Fault) {
        switch self.taken() {
        case .exact(var values):
            defer { self = .exact(values) }
            let more = max(0, rows - values.count)
            values.append(contentsOf: repeatElement(missing, count: more))
            try values.withUnsafeMutableBufferPointer { values throws(Fault) in
                try body(UnsafeMutableRawPointer(values.baseAddress))
            }
        case .ample(let memory):
            self = .ample(memory)
            try body(memory.start)
        }
    }

    /// The column, in which the first `rows` rows were put.
    consuming func array(rows: Int) -> [Element] {
        switch self {
        case .exact(let values):
            precondition(values.count == rows, "\(values.count) rows in the place of \(rows)")
            return values
        case .ample(let memory): return memory.array(of: Element.self, count: rows)
        }
    }
}

/// Memory whose beginning stays where it is, and is given back when nobody holds it any more.
final class ColumnMemory {
    let start: UnsafeMutableRawPointer

    init<Element: BitwiseCopyable>(of type: Element.Type, count: Int) {
        self.start = .allocate(
            byteCount: max(count, 1) * MemoryLayout<Element>.stride, alignment: 16)
    }

    deinit { self.start.deallocate() }

    /// - Requires: the first `count` elements were written.
    func array<Element: BitwiseCopyable>(of type: Element.Type, count: Int) -> [Element] {
        withExtendedLifetime(self) {
            Array(
                UnsafeBufferPointer(
                    start: self.start.bindMemory(to: type, capacity: count), count: count))
        }
    }
}
