import Testing

@testable import Engine

@Suite struct SafetensorsTests {
    static let tensors = [
        Tensor(name: "weights", shape: [2, 2], values: .f64([1.5, -0.0, .pi, 1e-300])),
        Tensor(name: "edges", shape: [3], values: .f32([0.1, .infinity, -2])),
        Tensor(name: "children", shape: [2], values: .i32([.min, .max])),
        Tensor(name: "bins", shape: [0], values: .u8([])),
    ]

    @Test func `tensors are read back bit for bit`() throws {
        let file = Safetensors.encode(Self.tensors, metadata: [.init("format", "assay")])
        let read = try Safetensors.decode(file)
        #expect(read.tensors == Self.tensors)
        #expect(read.metadata.map(\.name) == ["format"])
        #expect(Safetensors.encode(read.tensors, metadata: read.metadata) == file)
    }

    /// The layout written out by hand, as the format's documentation gives it.
    @Test func `the bytes are those that other readers expect`() {
        let file = Safetensors.encode(
            [Tensor(name: "a", shape: [2], values: .u8([7, 9]))], metadata: [])
        let header = #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#
        let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
        #expect(
            file == [UInt8(padded.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(padded.utf8) + [7, 9])
    }

    @Test(arguments: [
        #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,3]}}"#,
        #"{"a":{"dtype":"U8","shape":[3],"data_offsets":[1,2]}}"#,
        #"{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,2]}}"#,
        #"{"a":{"dtype":"I64","shape":[0],"data_offsets":[0,0]}}"#,
        #"{"a":{"dtype":"U8","shape":[4611686018427387904,4],"data_offsets":[0,2]}}"#,
        #"{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,2]}}"#,
        #"{"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,2]}}"#,
        #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[2],"#
            + #""data_offsets":[0,2]}}"#,
        #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#,
        #"{"a":{"dtype":"U8","shape":[2]}}"#, #"{"a":3}"#, "[]", "{", "",
    ]) func `a header that lies is refused`(header: String) {
        let file = [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [7, 9]
        #expect(throws: ArtifactError.self) { try Safetensors.decode(file) }
    }

    @Test func `no mutation of the file makes the reader crash`() {
        let file = Safetensors.encode(Self.tensors, metadata: [.init("format", "assay")])
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<5_000 {
            var mutated = file
            for _ in 0...generator.below(3) {
                mutated[generator.below(mutated.count)] = UInt8(generator.below(256))
            }
            mutated.removeLast(generator.below(2) * generator.below(mutated.count))
            _ = try? Safetensors.decode(mutated)
        }
        for length in 0..<file.count {
            #expect(throws: ArtifactError.self) { try Safetensors.decode(Array(file[..<length])) }
        }
    }
}
