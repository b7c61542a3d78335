import Fuzzing
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
        #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"__metadata__":{"a":1}}"#,
        #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","#
            + #""shape":[1],"data_offsets":[1,2]}}"#,
        #"{"a\u001b[2J":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#,
        #"{"":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#,
        #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[9223372036854775806,"#
            + #"9223372036854775807]}}"#,
        #"{"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,2]}}"#,
    ]) func `a header that lies is refused`(header: String) {
        let count = header.utf8.count
        let file =
            [UInt8(count & 255), UInt8(count >> 8), 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [7, 9]
        #expect(throws: ArtifactError.self) { try Safetensors.decode(file) }
    }

    @Test func `no mutation of the file makes the reader crash`() {
        let file = Safetensors.encode(Self.tensors, metadata: [.init("format", "assay")])
        var mutants = Mutants(of: file, seed: 5)
        for _ in 0..<Mutants.rounds(5000) { _ = try? Safetensors.decode(mutants.next()) }
        for length in 0..<file.count {
            #expect(throws: ArtifactError.self) { try Safetensors.decode(Array(file[..<length])) }
        }
    }

    @Test(arguments: [0, 1, UInt64(Safetensors.headerBytesMax) + 1, 1 << 32, 1 << 63, .max])
    func `a header's length beyond the file or the bound is refused`(length: UInt64) {
        let file = withUnsafeBytes(of: length.littleEndian) { Array($0) } + Array("{}".utf8)
        #expect(throws: ArtifactError.self) { try Safetensors.decode(file) }
    }

    /// As many as the bound allows: reading and looking for doubled names must not be quadratic.
    @Test(.timeLimit(.minutes(1))) func `a file of a great many tensors is read in no time`()
        throws
    {
        let tensors = (0..<Safetensors.tensorsMax).map {
            Tensor(name: "t\($0)", shape: [0], values: .u8([]))
        }
        let read = try Safetensors.decode(Safetensors.encode(tensors)).tensors
        #expect(read.count == Safetensors.tensorsMax)
        #expect(throws: LearnerError(.badTensor, "")) {
            try TensorStore(read + [tensors[0]])
        }
    }
}
