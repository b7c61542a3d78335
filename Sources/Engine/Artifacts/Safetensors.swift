/// The safetensors format: named arrays of numbers, and nothing that could run.
///
/// Layout: the header's length in 8 bytes (little-endian), the header in JSON (name → dtype, shape,
/// data_offsets; `__metadata__` holds texts), the data without gaps. The header is padded with
/// spaces, so that the data begins at a multiple of 8.
///
/// See https://huggingface.co/docs/safetensors
package enum Safetensors {
    /// The longest header, in bytes: the most tensors, with 1000 bytes each.
    package static let headerBytesMax = 64 * 1024 * 1024
    package static let tensorsMax = 65_536
    /// Axes of one tensor.
    package static let rankMax = 8
    /// A tensor's name, in bytes: ours are words, and it stands in messages.
    package static let nameBytesMax = 256
    /// Texts of the metadata.
    package static let metadataMax = 1024

    package struct Content: Equatable, Sendable {
        /// In the order in which their data lies.
        package let tensors: [Tensor]
        /// Sorted by name.
        package let metadata: [Entry]

        package init(tensors: [Tensor], metadata: [Entry]) {
            self.tensors = tensors
            self.metadata = metadata
        }
    }

    package struct Entry: Equatable, Sendable {
        package let name: String
        package let text: String

        package init(_ name: String, _ text: String) {
            self.name = name
            self.text = text
        }
    }

    static let metadataName = "__metadata__"

    /// Equal tensors and metadata give equal bytes.
    ///
    /// - Requires: names are unique and not `__metadata__`; shapes fit their values.
    package static func encode(_ tensors: [Tensor], metadata: [Entry] = []) -> [UInt8] {
        let names = Set(tensors.map(\.name))
        precondition(names.count == tensors.count, "two tensors have the same name")
        precondition(!names.contains(self.metadataName), "a tensor has the metadata's name")
        var members: [JSON.Member] = []
        if !metadata.isEmpty {
            let texts = metadata.sorted { $0.name < $1.name }
                .map { JSON.Member($0.name, .string($0.text)) }
            members.append(.init(self.metadataName, .object(texts)))
        }
        // Wide elements first, so that each begins at a multiple of its width.
        let ordered = tensors.enumerated().sorted {
            ($1.element.values.width, $0.offset) < ($0.element.values.width, $1.offset)
        }.map(\.element)
        var offset = 0
        for tensor in ordered {
            precondition(
                tensor.shape.reduce(1, *) == tensor.values.count,
                "tensor \(tensor.name) does not fill its shape")
            let end = offset + tensor.values.count * tensor.values.width
            members.append(
                .init(
                    tensor.name,
                    .object([
                        "dtype": .string(tensor.values.dtype),
                        "shape": .array(tensor.shape.map { .integer($0) }),
                        "data_offsets": .array([.integer(offset), .integer(end)]),
                    ])))
            offset = end
        }
        var header = JSON.object(members).encoded()
        header += repeatElement(0x20, count: (8 - header.count % 8) % 8)

        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + header.count + offset)
        withUnsafeBytes(of: UInt64(header.count).littleEndian) { bytes += $0 }
        bytes += header
        for tensor in ordered { tensor.values.append(to: &bytes) }
        return bytes
    }
}

extension Tensor.Values {
    var dtype: String {
        switch self {
        case .f64: "F64"
        case .f32: "F32"
        case .i32: "I32"
        case .u8: "U8"
        }
    }

    /// Of one element, in bytes.
    var width: Int {
        switch self {
        case .f64: 8
        case .f32, .i32: 4
        case .u8: 1
        }
    }

    var count: Int {
        switch self {
        case .f64(let values): values.count
        case .f32(let values): values.count
        case .i32(let values): values.count
        case .u8(let values): values.count
        }
    }

    /// Little-endian, as every processor that we compile for has it.
    fileprivate func append(to bytes: inout [UInt8]) {
        switch self {
        case .f64(let values): values.withUnsafeBytes { bytes += $0 }
        case .f32(let values): values.withUnsafeBytes { bytes += $0 }
        case .i32(let values): values.withUnsafeBytes { bytes += $0 }
        case .u8(let values): bytes += values
        }
    }

    /// - Requires: `bytes.count` is a multiple of the element's width.
    init?(dtype: String, bytes: ArraySlice<UInt8>) {
        switch dtype {
        case "F64": self = .f64(Self.elements(bytes, 0.0))
        case "F32": self = .f32(Self.elements(bytes, Float(0)))
        case "I32": self = .i32(Self.elements(bytes, Int32(0)))
        case "U8": self = .u8(Array(bytes))
        default: return nil
        }
    }

    private static func elements<Element: BitwiseCopyable>(
        _ bytes: ArraySlice<UInt8>, _ zero: Element
    ) -> [Element] {
        var elements = Array(repeating: zero, count: bytes.count / MemoryLayout<Element>.stride)
        elements.withUnsafeMutableBytes { elements in
            bytes.withUnsafeBytes { elements.copyMemory(from: $0) }
        }
        return elements
    }
}
