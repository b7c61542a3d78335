import Testing

@testable import Engine

/// What can be said of an exported model without a runtime.
@Suite struct ONNXModelTests {
    private static func model(
        _ family: Family, _ parameters: [Recipe.Parameter] = [], rows: Int = 300
    ) throws -> FittedModel {
        try .fit(Recipe(family, parameters), try MixedTable.dataset(.two, rows: rows, seed: 1))
    }

    @Test func `equal models are equal bytes`() throws {
        let first = try ONNXModel.encode(Self.model(.gradientBoosting), version: "1")
        #expect(try ONNXModel.encode(Self.model(.gradientBoosting), version: "1") == first)
        #expect(try ONNXModel.encode(Self.model(.gradientBoosting), version: "2") != first)
    }

    @Test func `producer, metadata, inputs and outputs stand where readers look`() throws {
        let model = try Self.model(.logisticRegression)
        let fields = try ProtobufFields(ONNXModel.encode(model, version: "1.2"))
        #expect(fields.texts(2) == ["assay"] && fields.texts(3) == ["1.2"])
        let properties = try fields.messages(14).map { ($0.texts(1)[0], $0.texts(2)[0]) }
        #expect(
            properties.map(\.0) == [
                "classes", "dates", "members", "pooling", "target", "task", "thresholds",
            ])
        #expect(properties[0].1 == #"["high","low"]"# && properties[1].1 == "[]")
        #expect(properties[3].1 == #"{"kind":"average","temperature":1.0}"#)
        #expect(properties[2].1 == #"[{"family":"logistic_regression","weight":1.0}]"#)
        #expect(properties[4].1 == "answer" && properties[5].1 == "classification")
        let graph = try fields.messages(7)[0]
        #expect(
            try graph.messages(11).map { $0.texts(1)[0] } == [
                "age", "income", "ratio", "note", "same", "colour", "town", "member",
            ])
        #expect(try graph.messages(12).map { $0.texts(1)[0] } == ["label", "probabilities"])
    }

    @Test func `a detector of anomalies is refused by name`() throws {
        let data = try Dataset(
            MixedTable.frame(.two, rows: 100, seed: 1, .none).without("answer"), target: nil,
            task: .anomalyDetection)
        let model = try FittedModel.fit(Recipe(.isolationForest), data)
        let error = #expect(throws: ExportError.self) {
            try ONNXModel.encode(model, version: "1")
        }
        #expect(error?.code == .unsupportedTask && error?.family == .isolationForest)
        #expect(error?.description.contains("isolation_forest") == true)
    }

    /// A predictor that nobody taught to be exported.
    private struct Stranger: Predictor {
        var tensors: [Tensor] { [] }
        func predict(_ features: Matrix) -> Matrix { Matrix(rows: features.rows, columns: 2) }
    }

    @Test func `a family without operators is refused by name`() throws {
        let plain = try Self.model(.baseline)
        let member = FittedModel.Member(
            Recipe(.kernelMachine), weight: 1, encoder: 0, Stranger())
        let model = FittedModel(
            task: plain.task, schema: plain.schema, target: plain.target,
            classNames: plain.classNames, members: [member], encoders: plain.encoders,
            .plain, thresholds: [])
        let error = #expect(throws: ExportError.self) {
            try ONNXModel.encode(model, version: "1")
        }
        #expect(error?.code == .unsupportedFamily && error?.family == .kernelMachine)
    }

    @Test(arguments: [Family.nearestNeighbors, .gradientBoosting, .logisticRegression])
    func `a file that would be too long is refused`(family: Family) throws {
        let model = try Self.model(family)
        let length = try ONNXModel.encode(model, version: "1").count
        for part in [0, 1, length / 4, length / 2] {
            let error = #expect(throws: ExportError.self) {
                try ONNXModel.encode(model, version: "1", bytesMax: part)
            }
            #expect(error?.code == .tooLarge)
        }
        #expect(try ONNXModel.encode(model, version: "1", bytesMax: length).count == length)
    }

    @Test(arguments: [Family.gradientBoosting, .randomForest, .nearestNeighbors, .kernelMachine])
    func `the file is no longer than the weights that we store`(family: Family) throws {
        let model = try Self.model(family, rows: 2000)
        let weights = Safetensors.encode(model.members[0].predictor.tensors).count
        let length = try ONNXModel.encode(model, version: "1").count
        // The encoding of the columns comes besides.
        #expect(length < weights + 20_000, "\(length) bytes for \(weights) of weights")
    }
}

/// A message taken apart, to look at what was written.
private struct ProtobufFields {
    private var sized: [(field: Int, bytes: ArraySlice<UInt8>)] = []

    struct Malformed: Error {}

    init(_ bytes: some Collection<UInt8>) throws {
        var rest = ArraySlice(Array(bytes))
        while !rest.isEmpty {
            let tag = try Self.varint(&rest)
            switch tag & 7 {
            case 0: _ = try Self.varint(&rest)
            case 5: rest = rest.dropFirst(4)
            case 2:
                let count = try Self.varint(&rest)
                guard count <= rest.count else { throw Malformed() }
                self.sized.append((tag >> 3, rest.prefix(count)))
                rest = rest.dropFirst(count)
            default: throw Malformed()
            }
        }
    }

    func texts(_ field: Int) -> [String] {
        self.sized.filter { $0.field == field }.map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    func messages(_ field: Int) throws -> [ProtobufFields] {
        try self.sized.filter { $0.field == field }.map { try ProtobufFields($0.bytes) }
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) throws -> Int {
        var (value, shift) = (0, 0)
        while let byte = rest.popFirst(), shift < 63 {
            value |= Int(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw Malformed()
    }
}
