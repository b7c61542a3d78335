import CoordinatorShell
import Engine
import SwiftProtobuf
import Wire

/// Rows that a caller asks a head about.
extension Decoder {
    static let predictions: [Decoder] = [
        Decoder("predict-request", seeds: { try Self.requests.map { try $0.serializedBytes() } }) {
            let request = try Assay_V1_PredictRequest(serializedBytes: $0)
            guard !request.columns.contains(where: Self.holdsCanary) else { throw NoCase() }
            let schema = try Schema([
                .init("size", .numeric()), .init("kind", .categorical(categories: ["a", "b"])),
                .init("day", .date), .init("note", .text),
            ])
            try Self.mute {
                let rows = try NamedRows(request)
                let frame = try rows.frame(schema, unknownColumns: .ignored)
                try Self.demand(frame.rows == request.rows.count, "a row is lost")
            }
        }
    ]
}

extension Decoder {
    /// Numbers, texts and missing values for every kind of column, and one that nobody knows.
    private static var requests: [Assay_V1_PredictRequest] {
        let rows: [[Any?]] = [
            [1.5, "a", "2026-01-31", "some QXZQ words", "x"], ["2e3", nil, 2026.0, nil, nil],
        ]
        var request = Assay_V1_PredictRequest()
        request.model = "j1"
        request.columns = ["size", "kind", "day", "note", "more"]
        request.rows = rows.map { cells in
            var row = Assay_V1_Row()
            row.values = cells.map { cell in
                var value = Assay_V1_Value()
                if let number = cell as? Double { value.number = number }
                if let text = cell as? String { value.text = text }
                return value
            }
            return row
        }
        return [request]
    }
}
