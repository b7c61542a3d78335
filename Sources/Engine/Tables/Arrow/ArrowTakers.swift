/// Which values of an array become which rows of a column.
struct ArrowStretch {
    let count: Int
    /// The row of the first value, from 0.
    let row: Int
    /// Values of lists lie `stride` apart, those of one place in them from `first` on.
    let first: Int
    let stride: Int
    /// Whether a row has a value, or a list; and whether each value of a list is there.
    private let rowBits: ArrowBits
    private let valueBits: ArrowBits

    /// All values of an array, or one place in each of its lists.
    init(_ array: ArrowArray, place: Int?, row: Int) {
        self.count = array.count
        self.row = row
        self.rowBits = array.validity
        if let place, case .list(let size) = array.type {
            self.first = place
            self.stride = size
            self.valueBits = array.elements[0].validity
        } else {
            self.first = 0
            self.stride = 1
            self.valueBits = .allSet
        }
    }

    @inline(__always)
    func index(_ offset: Int) -> Int { self.first + offset * self.stride }

    @inline(__always)
    func isThere(_ offset: Int) -> Bool {
        self.rowBits[offset] && self.valueBits[self.index(offset)]
    }

    /// - Requires: the range begins with a multiple of eight.
    @inline(__always)
    func areAllThere(in offsets: Range<Int>) -> Bool {
        self.valueBits.areAllSet && self.rowBits.areSet(in: offsets)
    }
}

/// Puts numbers, or dates, into a column.
struct NumbersTaker: ArrowTaker {
    let builder: UnsafeMutablePointer<FrameBuilder>
    let sink: FrameBuilder.Sink
    let stretch: ArrowStretch

    /// Rows that are tried at once: 8 KiB of numbers.
    private static let block = 1024

    /// Nearly all blocks hold nothing but finite numbers within their bounds: those are looked at
    /// by the vector. What a block has besides is looked at one by one.
    func take(_ cells: some ArrowCells) throws(PlacedFault) {
        if self.sink.kind == .dates {
            for offset in 0..<self.stretch.count {
                try self.put(self.number(of: cells, offset), at: offset)
            }
            return
        }
        var start = 0
        while start < self.stretch.count {
            let block = start..<min(start + Self.block, self.stretch.count)
            if !self.stretch.areAllThere(in: block) || !self.storesAll(cells, block) {
                for offset in block {
                    try self.put(self.number(of: cells, offset), at: offset)
                }
            }
            start = block.upperBound
        }
    }

    @inline(__always)
    private func number(of cells: some ArrowCells, _ offset: Int) -> Double {
        guard self.stretch.isThere(offset) else { return .nan }
        return self.builder.pointee.number(
            of: cells, at: self.stretch.index(offset), in: self.sink)
    }

    @inline(__always)
    func put(_ number: Double, at offset: Int) throws(PlacedFault) {
        let row = self.stretch.row + offset
        do throws(FieldFault) {
            if number.isInfinite { throw self.sink.kind == .dates ? .badDate : .badNumber }
            try self.builder.pointee.put(number, in: self.sink, row: row)
        } catch {
            throw PlacedFault(fault: error, row: row)
        }
    }

    /// Stores a block; false where a value must be looked at again.
    @inline(__always)
    private func storesAll(_ cells: some ArrowCells, _ block: Range<Int>) -> Bool {
        guard !self.sink.hasMissingNumbers, let start = self.sink.start else { return false }
        let numbers = UnsafeMutableBufferPointer(
            start: (start + (self.stretch.row + block.lowerBound) * 8)
                .assumingMemoryBound(to: Double.self), count: block.count)
        let low = max(self.sink.low, -.greatestFiniteMagnitude)
        let high = min(self.sink.high, .greatestFiniteMagnitude)
        if self.stretch.stride == 1 {
            cells.bring(from: self.stretch.first + block.lowerBound, into: numbers)
        } else {
            for offset in numbers.indices {
                numbers[offset] = cells.number(self.stretch.index(block.lowerBound + offset))
            }
        }
        var strays: UInt64 = 0
        for number in numbers {
            strays |= (number >= low ? 0 : 1) | (number <= high ? 0 : 1)
        }
        return strays == 0
    }
}

/// Puts texts into a column.
struct LevelsTaker: ArrowTaker {
    let builder: UnsafeMutablePointer<FrameBuilder>
    let sink: FrameBuilder.Sink
    let stretch: ArrowStretch

    func take(_ cells: some ArrowCells) throws(PlacedFault) {
        for offset in 0..<self.stretch.count {
            let row = self.stretch.row + offset
            do throws(FieldFault) {
                var level = Frame.Categories.missing
                if self.stretch.isThere(offset) {
                    level = try self.builder.pointee.level(
                        of: cells, at: self.stretch.index(offset), in: self.sink)
                }
                try self.builder.pointee.put(level: level, in: self.sink, row: row)
            } catch {
                throw PlacedFault(fault: error, row: row)
            }
        }
    }
}

extension FrameBuilder {
    /// What a cell says as a number or a date: NaN where it is missing, infinite where it is none.
    @inline(__always)
    fileprivate func number(of cells: some ArrowCells, at index: Int, in sink: Sink) -> Double {
        let number = sink.kind == .dates ? cells.seconds(index) : cells.number(index)
        guard number.isInfinite else { return number }
        return cells.withText(index) { self.isMissing($0, in: sink) } == true ? .nan : number
    }

    /// The number of a cell's text in its column, a new text being looked at before it is taken.
    @inline(__always)
    fileprivate mutating func level(
        of cells: some ArrowCells, at index: Int, in sink: Sink
    ) throws(FieldFault) -> Int32 {
        let known = self.levels(in: sink)
        var fault: FieldFault?
        let level = cells.withText(index) { text in
            if text.count > sink.bytesMax {
                fault = .tooLong
                return Frame.Categories.missing
            }
            let level = self.level(of: text, in: sink)
            if Int(level) == known { fault = Self.fault(in: text) }
            return level
        }
        guard let level else { throw .badDate }
        if let fault { throw fault }
        return level
    }

    private static func fault(in text: UnsafeBufferPointer<UInt8>) -> FieldFault? {
        do throws(TextCheck.Fault) {
            _ = try TextCheck(text)
            return nil
        } catch {
            switch error {
            case .nul: return .nul
            case .invalidUTF8: return .invalidUTF8
            }
        }
    }
}

// MARK: Dictionaries

/// A dictionary as one column has it: the numbers or the levels of its entries.
enum ArrowEntries {
    case numbers([Double])
    case levels([Int32])
}

/// Turns a dictionary's values into entries of a column.
struct EntriesTaker: ArrowTaker {
    let builder: UnsafeMutablePointer<FrameBuilder>
    let sink: FrameBuilder.Sink
    let stretch: ArrowStretch
    /// What the dictionary had before, to which this adds.
    var entries: ArrowEntries

    mutating func take(_ cells: some ArrowCells) throws(PlacedFault) {
        switch self.entries {
        case .numbers(var numbers):
            for index in 0..<self.stretch.count {
                numbers.append(
                    self.stretch.isThere(index)
                        ? self.builder.pointee.number(of: cells, at: index, in: self.sink) : .nan)
            }
            self.entries = .numbers(numbers)
        case .levels(var levels):
            for index in 0..<self.stretch.count {
                guard self.stretch.isThere(index) else {
                    levels.append(Frame.Categories.missing)
                    continue
                }
                do throws(FieldFault) {
                    levels.append(
                        try self.builder.pointee.level(of: cells, at: index, in: self.sink))
                } catch {
                    throw PlacedFault(fault: error, row: nil)
                }
            }
            self.entries = .levels(levels)
        }
    }
}

/// Puts what indices stand for into a column.
struct IndicesTaker: ArrowTaker {
    let builder: UnsafeMutablePointer<FrameBuilder>
    let sink: FrameBuilder.Sink
    let stretch: ArrowStretch
    let entries: ArrowEntries

    func take(_ cells: some ArrowCells) throws(PlacedFault) {
        switch self.entries {
        case .numbers(let numbers):
            let taker = NumbersTaker(
                builder: self.builder, sink: self.sink, stretch: self.stretch)
            for offset in 0..<self.stretch.count {
                let entry = try self.entry(cells, offset, of: numbers.count)
                try taker.put(entry.map { numbers[$0] } ?? .nan, at: offset)
            }
        case .levels(let levels):
            for offset in 0..<self.stretch.count {
                let row = self.stretch.row + offset
                let entry = try self.entry(cells, offset, of: levels.count)
                do throws(FieldFault) {
                    try self.builder.pointee.put(
                        level: entry.map { levels[$0] } ?? Frame.Categories.missing,
                        in: self.sink, row: row)
                } catch {
                    throw PlacedFault(fault: error, row: row)
                }
            }
        }
    }

    /// Nil where the row has none. Indices are exact as numbers up to 2^53, which no dictionary is
    /// large enough to need.
    @inline(__always)
    private func entry(
        _ cells: some ArrowCells, _ offset: Int, of count: Int
    ) throws(PlacedFault) -> Int? {
        guard self.stretch.isThere(offset) else { return nil }
        let number = cells.number(self.stretch.index(offset))
        guard number >= 0, number < Double(count) else {
            throw PlacedFault(fault: .badIndex, row: self.stretch.row + offset)
        }
        return Int(number)
    }
}

// MARK: Inference

/// Looks at texts, to tell what they are.
struct ProbeTaker: ArrowTaker {
    let stretch: ArrowStretch
    var probe: KindProbe

    mutating func take(_ cells: some ArrowCells) throws(PlacedFault) {
        for offset in 0..<self.stretch.count where self.stretch.isThere(offset) {
            _ = cells.withText(self.stretch.index(offset)) { text in
                if !text.isEmpty { self.probe.look(at: text) }
            }
        }
    }
}
