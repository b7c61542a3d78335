import Engine
import Testing

@testable import Inspection

/// Our own models in foreign formats, seen as anybody else's.
@Suite struct ExportedModelTests {
    @Test func `a model that we export as ONNX is harmless`() throws {
        let csv =
            "size,colour,kind\n"
            + (0..<40).map { "\($0),\(["red", "blue", "green"][$0 % 3]),\($0 % 2)\n" }.joined()
        let data = try Array(csv.utf8).withUnsafeBytes { bytes in
            try Dataset(
                bytes: bytes, schema: try Schema.infer(from: bytes), target: "kind",
                task: .classification)
        }
        let members = [Family.gradientBoosting, .logisticRegression, .nearestNeighbors].map {
            Ensemble.Member(Recipe($0), weight: 1.0 / 3)
        }
        let model = try FittedModel.fit(Ensemble(members, .average(temperature: 1.5)), data)
        let report = try ONNXModel.encode(model, version: "1").withUnsafeBytes {
            ModelInspector.report(on: $0)
        }
        #expect(report.verdict == .harmless, "\(report)")
        #expect(report.formats == [.onnx])
        let facts = report.facts.map { "\($0.name)=\($0.value)" }
        #expect(facts.contains("producer=assay"), "\(facts)")
        #expect(facts.contains("operator sets=ai.onnx 21, ai.onnx.ml 5"), "\(facts)")
    }
}
