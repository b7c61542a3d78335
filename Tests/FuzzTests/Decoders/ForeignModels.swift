import Engine
import Inspection

/// Models of others, as `assay model audit` looks at them.
extension Decoder {
    static let foreign: [Decoder] = [
        Decoder("foreign-model", seeds: { Self.foreignModels }) {
            let report = $0.withUnsafeBytes { ModelInspector.report(on: $0) }
            try Self.demand(
                try InspectionReport(decoding: report.encoded()) == report,
                "a report reads back otherwise")
            // A report is no refusal; what cannot be read is no case.
            if report.verdict == .unreadable { throw NoCase() }
        }
    ]

    private static let foreignModels: [[UInt8]] = [
        // pickle.dumps({"a": [1, 2.5, None]}, 2), and a call of os.system in protocols 0 and 4
        [0x80, 2, 0x7D, 0x71, 0, 0x58, 1, 0, 0, 0, 0x61, 0x71, 1]
            + [0x5D, 0x71, 2, 0x28, 0x4B, 1, 0x47, 0x40, 4, 0, 0, 0, 0, 0, 0, 0x4E, 0x65, 0x73]
            + [0x2E],
        Array("cos\nsystem\n(S'true'\ntR.".utf8),
        [0x80, 4, 0x8C, 2] + Array("os".utf8) + [0x8C, 6] + Array("system".utf8)
            + [0x93, 0x8C, 4] + Array("true".utf8) + [0x85, 0x52, 0x2E],
        Safetensors.encode(
            [Tensor(name: "w", shape: [2], values: .f32([1, 2]))],
            metadata: [.init("format", "pt")]),
        // An ONNX model of one node, with a tensor outside.
        [0x08, 8, 0x3A, 32, 0x0A, 6, 0x22, 4] + Array("Gemm".utf8)
            + [0x2A, 22, 0x08, 9, 0x6A, 16, 0x0A, 8] + Array("location".utf8) + [0x12, 4]
            + Array("../x".utf8) + [0x70, 1],
        Self.archive,
    ]

    /// A zip archive of one stored file, `a`, that holds a pickle.
    private static let archive: [UInt8] = {
        let pickle: [UInt8] = [0x80, 2, 0x4E, 0x2E]
        let shared: [UInt8] = [
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0,
        ]
        let local = [0x50, 0x4B, 3, 4, 20, 0] + shared + [0x61] + pickle
        let directory =
            [0x50, 0x4B, 1, 2, 20, 0, 20, 0] + shared + [UInt8](repeating: 0, count: 14) + [0x61]
        let end: [UInt8] = [
            0x50, 0x4B, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0, UInt8(directory.count), 0, 0, 0,
            UInt8(local.count), 0, 0, 0, 0, 0,
        ]
        return local + directory + end
    }()
}
