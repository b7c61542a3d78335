/// The values of an array, as a number and as a text each: which of them a column wants is the
/// schema's affair.
///
/// - Requires: indices are those of values that the array has, so that they lie within its bytes.
protocol ArrowCells {
    /// NaN where a text is empty, infinite where one is no number. Moments are seconds since 1970.
    func number(_ index: Int) -> Double

    /// Sets numbers to those from `first` on.
    func bring(from first: Int, into numbers: UnsafeMutableBufferPointer<Double>)

    /// Seconds since 1970 of a date: NaN where a text is empty, infinite where one is no date.
    func seconds(_ index: Int) -> Double

    /// As a CSV would have it; nil where nothing can be written, which is a moment in a far year.
    func text(_ index: Int) -> String?

    func withText<Result>(
        _ index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result?
}

extension ArrowCells {
    @inline(__always)
    func bring(from first: Int, into numbers: UnsafeMutableBufferPointer<Double>) {
        for offset in numbers.indices { numbers[offset] = self.number(first + offset) }
    }

    /// What the text spells, by the rules of a CSV's fields.
    func seconds(_ index: Int) -> Double {
        self.withText(index) { text in
            text.count <= TableLimits.fieldBytesMax ? CivilTime.seconds(of: text) : nil
        }.flatMap(\.self) ?? .infinity
    }

    func withText<Result>(
        _ index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result? {
        guard var text = self.text(index) else { return nil }
        return text.withUTF8(body)
    }
}

/// Takes an array's cells, whatever their type.
protocol ArrowTaker {
    mutating func take(_ cells: some ArrowCells) throws(PlacedFault)
}

/// A fault, and the row in which it is.
struct PlacedFault: Error {
    let fault: FieldFault
    /// From 0; nil in a dictionary, which all rows share.
    let row: Int?
}

extension ArrowArray {
    /// One call for each type, so that the loops within are compiled for each.
    func give(to taker: inout some ArrowTaker) throws(PlacedFault) {
        defer { self.keepValues() }
        let bytes = self.data
        switch self.type {
        case .null: try taker.take(NoCells())
        case .bool: try taker.take(BitCells(bits: ArrowBits(bytes)))
        case .integer(8, true): try taker.take(IntegerCells<Int8>(bytes: bytes))
        case .integer(16, true): try taker.take(IntegerCells<Int16>(bytes: bytes))
        case .integer(32, true): try taker.take(IntegerCells<Int32>(bytes: bytes))
        case .integer(_, true): try taker.take(IntegerCells<Int64>(bytes: bytes))
        case .integer(8, false): try taker.take(IntegerCells<UInt8>(bytes: bytes))
        case .integer(16, false): try taker.take(IntegerCells<UInt16>(bytes: bytes))
        case .integer(32, false): try taker.take(IntegerCells<UInt32>(bytes: bytes))
        case .integer(_, false): try taker.take(IntegerCells<UInt64>(bytes: bytes))
        case .float(16): try taker.take(FloatCells<Float16>(bytes: bytes))
        case .float(32): try taker.take(FloatCells<Float>(bytes: bytes))
        case .float: try taker.take(FloatCells<Double>(bytes: bytes))
        case .decimal(let bits, let scale):
            try taker.take(DecimalCells(bytes: bytes, width: bits / 8, scale: scale))
        case .date(let bits): try taker.take(DateCells(bytes: bytes, bits: bits))
        case .timestamp(let units, let isUTC):
            try taker.take(TimestampCells(bytes: bytes, unitsPerSecond: units, isUTC: isUTC))
        case .text: try taker.take(TextCells(self))
        case .binary, .structure, .list, .other:
            preconditionFailure("no column is made of \(self.type.word)")
        }
    }
}

private struct NoCells: ArrowCells {
    func number(_ index: Int) -> Double { .nan }

    func text(_ index: Int) -> String? { "" }
}

private struct BitCells: ArrowCells {
    let bits: ArrowBits

    @inline(__always)
    func number(_ index: Int) -> Double { self.bits[index] ? 1 : 0 }

    func text(_ index: Int) -> String? { self.bits[index] ? "true" : "false" }
}

private struct IntegerCells<Integer: FixedWidthInteger & BitwiseCopyable>: ArrowCells {
    let bytes: UnsafeRawBufferPointer

    @inline(__always)
    func number(_ index: Int) -> Double { Double(self.integer(index)) }

    @inline(__always)
    func bring(from first: Int, into numbers: UnsafeMutableBufferPointer<Double>) {
        self.bytes.bring(Integer.self, from: first, into: numbers) {
            Double(Integer(littleEndian: $0))
        }
    }

    func text(_ index: Int) -> String? { "\(self.integer(index))" }

    @inline(__always)
    private func integer(_ index: Int) -> Integer {
        self.bytes.number(index * MemoryLayout<Integer>.size, as: Integer.self)
    }
}

private struct FloatCells<Number>: ArrowCells
where Number: BinaryFloatingPoint & BitwiseCopyable & CustomStringConvertible {
    let bytes: UnsafeRawBufferPointer

    @inline(__always)
    func number(_ index: Int) -> Double { Double(self.float(index)) }

    @inline(__always)
    func bring(from first: Int, into numbers: UnsafeMutableBufferPointer<Double>) {
        self.bytes.bring(Number.self, from: first, into: numbers) { Double($0) }
    }

    /// Like the names of classes: no fraction where there is none, else the shortest digits that
    /// give the number back in its own precision.
    func text(_ index: Int) -> String? {
        let number = self.float(index)
        if number.isNaN { return "" }
        if let whole = Int(exactly: number), whole.magnitude < 1_000_000_000_000_000 {
            return "\(whole)"
        }
        return number.description
    }

    @inline(__always)
    private func float(_ index: Int) -> Number {
        self.bytes.loadUnaligned(
            fromByteOffset: index * MemoryLayout<Number>.size, as: Number.self)
    }
}

extension UnsafeRawBufferPointer {
    /// Sets doubles to numbers that lie one behind another: a loop without a check, for the vector.
    ///
    /// - Requires: these bytes hold that many from `first` on.
    @inline(__always)
    fileprivate func bring<Number: BitwiseCopyable>(
        _ type: Number.Type, from first: Int,
        into numbers: UnsafeMutableBufferPointer<Double>, _ double: (Number) -> Double
    ) {
        let size = MemoryLayout<Number>.size
        precondition(
            first >= 0 && (first + numbers.count) * size <= self.count,
            "\(self.count) bytes have no \(numbers.count) numbers from \(first) on")
        guard let base = self.baseAddress, let target = numbers.baseAddress else { return }
        let source = base + first * size
        for index in 0..<numbers.count {
            target[index] = double(
                source.loadUnaligned(fromByteOffset: index &* size, as: Number.self))
        }
    }
}

/// Texts that lie in the table, or other bytes.
struct TextCells: ArrowCells {
    private let offsets: ArrowType.Offsets
    private let places: UnsafeRawBufferPointer
    private let texts: [UnsafeRawBufferPointer]

    init(_ array: ArrowArray) {
        switch array.type {
        case .text(let offsets), .binary(let offsets): self.offsets = offsets
        default: preconditionFailure("\(array.type.word) is no text")
        }
        self.places = array.data
        self.texts = array.texts
    }

    /// What the text spells, by the rules of a CSV's fields.
    func number(_ index: Int) -> Double {
        let text = self.bytes(index)
        if text.isEmpty { return .nan }
        guard text.count <= TableLimits.fieldBytesMax else { return .infinity }
        return DecimalNumber.parse(text) ?? .infinity
    }

    func text(_ index: Int) -> String? { String(decoding: self.bytes(index), as: UTF8.self) }

    @inline(__always)
    func withText<Result>(
        _ index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result? {
        body(self.bytes(index))
    }

    @inline(__always)
    func bytes(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        let bytes: Slice<UnsafeRawBufferPointer>
        switch self.offsets {
        case .small:
            let start = Int(self.places.number(index * 4, as: Int32.self))
            let end = Int(self.places.number(index * 4 + 4, as: Int32.self))
            bytes = self.texts[0][start..<end]
        case .large:
            let start = Int(self.places.number(index * 8, as: Int64.self))
            let end = Int(self.places.number(index * 8 + 8, as: Int64.self))
            bytes = self.texts[0][start..<end]
        case .view:
            let length = Int(self.places.number(index * 16, as: Int32.self))
            if length <= 12 {
                bytes = self.places[index * 16 + 4..<index * 16 + 4 + length]
            } else {
                let buffer = Int(self.places.number(index * 16 + 8, as: Int32.self))
                let start = Int(self.places.number(index * 16 + 12, as: Int32.self))
                bytes = self.texts[buffer][start..<start + length]
            }
        }
        return UnsafeRawBufferPointer(rebasing: bytes).bindMemory(to: UInt8.self)
    }
}
