extension Inspection {
    /// Looks at an array of NumPy (`.npy`): numbers are harmless, objects are a pickle.
    ///
    /// Layout: magic, version, the header's length in 2 or 4 bytes, the header as a Python literal.
    mutating func walkArray(_ bytes: UnsafeRawBufferPointer, called name: String) {
        var cursor = Cursor(bytes)
        do throws(Broken) {
            _ = try cursor.take(6)
            let version = try cursor.number(2)
            let header = try cursor.take(try cursor.number(version & 0xFF == 1 ? 2 : 4))
            // The type is a literal such as '<f8', or a list of them; an O in it means objects.
            let literal = String(lossy: header)
            guard literal.contains("'descr'") else {
                throw Broken(cursor.at, "its header names no type")
            }
            let words = literal.split(separator: "'", omittingEmptySubsequences: false)
            guard words.contains(where: Self.namesObjects) else { return }
            self.report.find(
                .suspicion, in: name, "an array of objects: to load it is to load a pickle")
            let rest = UnsafeRawBufferPointer(rebasing: bytes[cursor.at...])
            self.walkPickles(rest, called: name, mayBeOther: false)
        } catch {
            self.report.breakOff("the array cannot be read: \(error.description)")
        }
    }

    /// `O`, `|O`, `O8`, and the like.
    private static func namesObjects(_ word: Substring) -> Bool {
        let type = word.drop { "|<>=".contains($0) }
        return type.first == "O" && type.dropFirst().allSatisfy(\.isNumber)
    }
}
