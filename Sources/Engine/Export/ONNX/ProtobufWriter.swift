/// Writes messages in the wire format of protocol buffers, field by field.
///
/// ```
/// field    number × 8 + wire type, then   0  a varint    2  length and bytes    5  four bytes
/// varint   seven bits a byte, the lowest first; the high bit says that more follow
/// ```
///
/// A message that holds others is written in place, and its length is put before it when it is
/// known: however deep messages lie, there is one copy of what they hold.
///
/// See https://protobuf.dev/programming-guides/encoding/
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    private enum WireType: UInt64 { case varint = 0, sized = 2, fourBytes = 5 }

    /// An `int32`, `int64`, `bool` or enum; negative ones take ten bytes.
    mutating func integer(_ field: Int, _ value: Int) {
        self.tag(field, .varint)
        self.varint(UInt64(bitPattern: Int64(value)))
    }

    mutating func float(_ field: Int, _ value: Float) {
        self.tag(field, .fourBytes)
        self.append([value])
    }

    mutating func text(_ field: Int, _ text: String) {
        self.tag(field, .sized)
        self.varint(UInt64(text.utf8.count))
        self.bytes += text.utf8
    }

    /// The memory of `elements`, little-endian as every processor that we compile for has it.
    mutating func raw<Element: BitwiseCopyable>(_ field: Int, _ elements: [Element]) {
        self.tag(field, .sized)
        self.varint(UInt64(elements.count * MemoryLayout<Element>.stride))
        self.append(elements)
    }

    /// A repeated integer in one piece, as readers take it whether it was declared so or not.
    mutating func packed(_ field: Int, _ values: some Sequence<Int>) {
        self.message(field) { writer in
            for value in values { writer.varint(UInt64(bitPattern: Int64(value))) }
        }
    }

    mutating func message(_ field: Int, _ body: (inout Self) -> Void) {
        self.tag(field, .sized)
        let start = self.bytes.count
        body(&self)
        var length = ProtobufWriter()
        length.varint(UInt64(self.bytes.count - start))
        self.bytes.insert(contentsOf: length.bytes, at: start)
    }

    /// Fields that another writer wrote.
    mutating func fields(of other: Self) { self.bytes += other.bytes }

    private mutating func tag(_ field: Int, _ type: WireType) {
        precondition(field >= 1, "fields are numbered from 1")
        self.varint(UInt64(field) << 3 | type.rawValue)
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            self.bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        self.bytes.append(UInt8(rest))
    }

    private mutating func append<Element: BitwiseCopyable>(_ elements: [Element]) {
        elements.withUnsafeBytes { self.bytes += $0 }
    }
}
