import Fuzzing
import Privacy
import Testing

@testable import Engine

/// Encoders of every kind of column, read from bytes that may come from anywhere.
@Suite struct EncoderReadingTests {
    private static func frame(rows: Int) -> Frame {
        var generator = SeededGenerator(seed: 9)
        let words = ["red", "blue", "green", "apple", "whale", "pie"]
        let texts = (0..<rows).map { row in
            row % 17 == 0
                ? nil : (0..<4).map { _ in words[generator.below(6)] }.joined(separator: " ")
        }
        let many = (0..<rows).map { "l\($0 % 70)" }
        let few = (0..<rows).map { $0 % 11 == 0 ? nil : "f\($0 % 3)" }
        let numbers = (0..<rows).map { $0 % 13 == 0 ? Double.nan : generator.unit() }
        return Frame(
            rows: rows,
            columns: [
                .init("number", .numeric(numbers)), .init("again", .numeric(numbers)),
                .init("none", .numeric(Array(repeating: 1, count: rows))),
                .init("few", .categorical(TextScoresTests.column(few))),
                .init("many", .categorical(TextScoresTests.column(many))),
                .init("day", .dates((0..<rows).map { Double($0) * 86_400 * 1.25 })),
                .init("words", .texts(TextScoresTests.column(texts))),
            ])
    }

    private static func fitted(_ form: FeatureForm) throws -> (encoder: Encoder, training: Matrix) {
        let frame = Self.frame(rows: 420)
        let labels = (0..<420).map { Int32($0 % 3) }
        return try Encoder.fit(
            frame, .classes(labels, count: 3), rows: Array(0..<420), form: form)
    }

    @Test(arguments: [FeatureForm.dense, .ordinal])
    func `an encoder of every kind of column is read as it was written`(form: FeatureForm) throws {
        let fitted = try Self.fitted(form)
        let encoder = fitted.encoder
        let back = try Encoder(
            json: try JSON(decoding: encoder.json.encoded()), tensors: encoder.tensors)
        #expect(back == encoder)
        let frame = Self.frame(rows: 420)
        let encoded = encoder.encode(frame)
        #expect(
            back.encode(frame).values.map(\.bitPattern) == encoded.values.map(\.bitPattern))
        #expect(encoded.columns == fitted.training.columns)
        if form == .dense {
            #expect((encoded.values + fitted.training.values).allSatisfy { $0.isFinite })
        }
        // Only what looks at answers differs between training rows and the same rows as new ones.
        let differing = Set(
            encoded.values.indices.filter {
                encoded.values[$0] != fitted.training.values[$0] && !encoded.values[$0].isNaN
            }.map { $0 % encoded.columns })
        var start = 0
        for column in encoder.columns {
            let own = start..<start + column.encoding.width
            let looks = ["many", "words"].contains(column.name)
            #expect(differing.contains(where: own.contains) == looks)
            start = own.upperBound
        }
    }

    @Test(arguments: [FeatureForm.dense, .ordinal])
    func `no mutation of an encoder makes the reader or what it read crash`(
        form: FeatureForm
    ) throws {
        let encoder = try Self.fitted(form).encoder
        let frame = Self.frame(rows: 20)
        let names = frame.columns.map(\.name)
        var mutants = Mutants(of: encoder.json.encoded(), seed: 21)
        for _ in 0..<Mutants.rounds(2000) {
            guard let json = try? JSON(decoding: mutants.next()),
                let mutant = try? Encoder(json: json, tensors: encoder.tensors)
            else { continue }
            let kinds = mutant.columns.indices.map { mutant.kind(at: $0) }
            guard mutant.columns.map(\.name) == names,
                zip(kinds, frame.columns).allSatisfy({ $0 == nil || $0 == $1.values.kind })
            else { continue }
            let encoded = mutant.encode(frame)
            if form == .dense { #expect(encoded.values.allSatisfy { $0.isFinite }) }
        }
    }
}
