import Testing

@testable import Engine

/// The format's own library reads the weights that we store; `make clients` installs it.
@Suite(.enabled(if: ClientCases.hasSafetensors)) struct SafetensorsClientTests {
    @Test func `every family's weights are read alike`() throws {
        let cases = try ClientCases(script: "safetensors_check.py")
        for target in [MixedTable.Target.three, .number] {
            let data = try MixedTable.dataset(target, rows: 120, seed: 1)
            for family in Family.allCases where family.supports(data.task) {
                let model = try FittedModel.fit(Recipe(family), data)
                let bundle = ModelBundle(.table(model), scores: [], lineage: [])
                let tensors = model.members[0].predictor.tensors.map { $0.named("0." + $0.name) }
                try cases.add(
                    "\(family.rawValue)-\(target)",
                    ["weights.safetensors": bundle.files(digest: { _ in "" }).weights],
                    Self.expectation(of: tensors, ["format": ModelBundle.formatName]))
            }
        }
        try cases.check()
    }

    @Test func `all types, no rows, no axes and numbers that are none are read alike`() throws {
        let cases = try ClientCases(script: "safetensors_check.py")
        let tensors = [
            Tensor(name: "bytes", shape: [3], values: .u8([0, 255, 7])),
            Tensor(name: "none", shape: [0, 4], values: .f32([])),
            Tensor(name: "alone", shape: [], values: .i32([-5])),
            Tensor(
                name: "odd", shape: [2, 3],
                values: .f64([.infinity, -.infinity, .nan, -0.0, .leastNonzeroMagnitude, 1e308])),
            Tensor(name: "größe", shape: [1], values: .f32([0.1])),
        ]
        try cases.add(
            "odd",
            ["weights.safetensors": Safetensors.encode(tensors, metadata: [.init("a", "ü\n")])],
            Self.expectation(of: tensors, ["a": "ü\n"]))
        try cases.check()
    }

    private static func expectation(
        of tensors: [Tensor], _ metadata: KeyValuePairs<String, String>
    ) -> JSON {
        .object([
            "metadata": .object(metadata.map { .init($0.key, .string($0.value)) }),
            "tensors": .object(
                tensors.map { tensor in
                    .init(
                        tensor.name,
                        .object([
                            "type": .string(tensor.values.dtype),
                            "shape": .array(tensor.shape.map { .integer($0) }),
                            "bytes": .string(tensor.values.hexadecimal),
                        ]))
                }),
        ])
    }
}

extension Tensor.Values {
    fileprivate var hexadecimal: String {
        switch self {
        case .f64(let values): Self.hexadecimal(values)
        case .f32(let values): Self.hexadecimal(values)
        case .i32(let values): Self.hexadecimal(values)
        case .u8(let values): Self.hexadecimal(values)
        }
    }

    private static func hexadecimal<Element: BitwiseCopyable>(_ values: [Element]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let text = values.withUnsafeBytes { bytes in
            bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
