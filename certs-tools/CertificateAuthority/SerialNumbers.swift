package import Wire

/// Serial numbers as people hand them in: as arguments, and as lines of a file.
package enum SerialNumbers {
    /// - Parameter file: one number on each line; empty lines and what follows a `#` are skipped.
    /// - Throws: `IssuanceError` with code `badRequest` that names the place.
    package static func read(
        arguments: [String], file: String?
    ) throws(IssuanceError) -> [SerialNumber] {
        var numbers: [SerialNumber] = []
        for text in arguments { numbers.append(try Self.number(text, nil)) }
        guard let file else { return numbers }
        let text = try CertificateFile.read(file, upTo: Limits.revocationListBytesMax)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let spoken = line.prefix { $0 != "#" }.filter { !$0.isWhitespace }
            guard !spoken.isEmpty else { continue }
            numbers.append(try Self.number(spoken, "\(file), line \(index + 1)"))
        }
        return numbers
    }

    private static func number(
        _ text: String, _ place: String?
    ) throws(IssuanceError) -> SerialNumber {
        do throws(SerialNumberError) {
            return try SerialNumber(text: text)
        } catch {
            let prefix = place.map { "\($0): " } ?? ""
            throw IssuanceError(.badRequest, prefix + error.description)
        }
    }
}
