import Foundation

/// One value as one line of JSON, its keys in snake case and sorted, so that it is stable.
enum JSONText {
    static func line(_ value: some Encodable) throws(CommandError) -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // A score may be no number; JSON has no word for that but null, which Swift does not
        // write here. A string says it plainly.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
        } catch {
            throw CommandError(.failed, "cannot write the result as JSON: \(error)")
        }
    }
}
