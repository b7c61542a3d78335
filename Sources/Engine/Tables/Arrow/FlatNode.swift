/// A FlatBuffers table that is to be written: small ones, which are put together field by field.
struct FlatNode {
    /// By their slot; nil where the default is meant.
    var fields: [Field?]

    enum Field {
        /// A number of 1, 2, 4 or 8 little-endian bytes.
        case number([UInt8])
        case text([UInt8])
        case table(FlatNode)
        case tables([FlatNode])

        init(_ number: some FixedWidthInteger) {
            self = .number(withUnsafeBytes(of: number.littleEndian, Array.init))
        }

        /// Bytes that it takes within its table: what is no number is an offset there.
        fileprivate var width: Int {
            if case .number(let bytes) = self { bytes.count } else { 4 }
        }
    }

    /// A message of which this is the root, padded to whole words.
    func encoded() -> [UInt8] {
        var writer = Writer()
        writer.bytes = [0, 0, 0, 0]
        writer.point(from: 0, to: writer.append(self))
        writer.pad(to: 8)
        return writer.bytes
    }

    /// Everything lies behind what refers to it, but for vtables, each of which precedes its table.
    private struct Writer {
        var bytes: [UInt8] = []

        mutating func pad(to alignment: Int) {
            while self.bytes.count % alignment != 0 { self.bytes.append(0) }
        }

        mutating func point(from place: Int, to target: Int) {
            self.set(UInt32(target - place), at: place)
        }

        /// - Returns: where the table lies.
        mutating func append(_ node: FlatNode) -> Int {
            // The widest come first, so that all are aligned without gaps.
            let slots = node.fields.indices.filter { node.fields[$0] != nil }
                .sorted { (node.fields[$0]?.width ?? 0) > (node.fields[$1]?.width ?? 0) }
            var offsets = [UInt16](repeating: 0, count: node.fields.count)
            var size = slots.contains { node.fields[$0]?.width == 8 } ? 8 : 4
            for slot in slots {
                offsets[slot] = UInt16(size)
                size += node.fields[slot]?.width ?? 0
            }
            self.pad(to: 2)
            let vtable = self.bytes.count
            for number in [UInt16(4 + 2 * offsets.count), UInt16(size)] + offsets {
                self.bytes += withUnsafeBytes(of: number.littleEndian, Array.init)
            }
            self.pad(to: 8)
            let start = self.bytes.count
            self.bytes += [UInt8](repeating: 0, count: size)
            self.set(UInt32(start - vtable), at: start)
            for slot in slots {
                guard let field = node.fields[slot] else { continue }
                self.append(field, at: start + Int(offsets[slot]))
            }
            return start
        }

        private mutating func append(_ field: Field, at place: Int) {
            switch field {
            case .number(let number):
                self.bytes.replaceSubrange(place..<place + number.count, with: number)
            case .text(let text):
                self.pad(to: 4)
                self.point(from: place, to: self.bytes.count)
                self.append(count: text.count)
                self.bytes += text + [0]
            case .table(let node): self.point(from: place, to: self.append(node))
            case .tables(let nodes):
                self.pad(to: 4)
                self.point(from: place, to: self.bytes.count)
                self.append(count: nodes.count)
                let first = self.bytes.count
                self.bytes += [UInt8](repeating: 0, count: 4 * nodes.count)
                for (index, node) in nodes.enumerated() {
                    self.point(from: first + 4 * index, to: self.append(node))
                }
            }
        }

        private mutating func append(count: Int) {
            self.bytes += withUnsafeBytes(of: UInt32(count).littleEndian, Array.init)
        }

        private mutating func set(_ number: UInt32, at place: Int) {
            withUnsafeBytes(of: number.littleEndian) {
                self.bytes.replaceSubrange(place..<place + 4, with: $0)
            }
        }
    }
}
