import Privacy

/// Lists and numbers within bounds, as an explanation's reader demands them; each throws
/// `badMember`, naming the member as `what`.
extension JSON {
    /// Rows, or any other count that must fit sums of many.
    func rows(_ what: String) throws(ArtifactError) -> Int {
        let count = try self.count(what)
        guard count <= TableLimits.rowsMax else {
            throw ArtifactError(.badMember, "\(what) is more than a table can have")
        }
        return count
    }

    func share(_ what: String) throws(ArtifactError) -> Double {
        let number = try self.number(what)
        // A mean of ones may round to a little more.
        guard number >= 0, number <= 1 + 1e-9 else {
            throw ArtifactError(.badMember, "\(what) does not lie between 0 and 1")
        }
        return number
    }

    func name(_ what: String) throws(ArtifactError) -> String {
        let text = try self.text(what)
        guard text.utf8.count <= ExplanationLimits.nameBytesMax else {
            throw ArtifactError(.badMember, "\(what) is too long")
        }
        return text
    }

    func feature() throws(ArtifactError) -> String { try self.member("feature").name("feature") }

    func numbers(_ what: String, _ counts: ClosedRange<Int>) throws(ArtifactError) -> [Double] {
        try self.each(what, counts) { item throws(ArtifactError) in try item.number(what) }
    }

    func ascending(_ what: String, _ count: Int) throws(ArtifactError) -> [Double] {
        let numbers = try self.numbers(what, count...count)
        guard zip(numbers, numbers.dropFirst()).allSatisfy({ $0 <= $1 }) else {
            throw ArtifactError(.badMember, "\(what) do not ascend")
        }
        return numbers
    }

    func counts(_ what: String, _ counts: ClosedRange<Int>) throws(ArtifactError) -> [Int] {
        try self.each(what, counts) { item throws(ArtifactError) in try item.rows(what) }
    }

    func shares(_ what: String, _ counts: ClosedRange<Int>) throws(ArtifactError) -> [Double] {
        try self.each(what, counts) { item throws(ArtifactError) in try item.share(what) }
    }

    func names(
        _ what: String, _ counts: ClosedRange<Int>
    ) throws(ArtifactError) -> [Private<String>] {
        try self.each(what, counts) { item throws(ArtifactError) in Private(try item.name(what)) }
    }

    /// As many rows as columns.
    func square(_ what: String, _ size: Int) throws(ArtifactError) -> [[Int]] {
        try self.each(what, size...size) { item throws(ArtifactError) in
            try item.counts(what, size...size)
        }
    }

    private func each<Value>(
        _ what: String, _ counts: ClosedRange<Int>,
        _ read: (JSON) throws(ArtifactError) -> Value
    ) throws(ArtifactError) -> [Value] {
        let items = try self.items(what)
        try items.require(counts, what)
        var values: [Value] = []
        for item in items { values.append(try read(item)) }
        return values
    }
}

extension [JSON] {
    func require(_ counts: ClosedRange<Int>, _ what: String) throws(ArtifactError) {
        guard counts.contains(self.count) else {
            throw ArtifactError(.badMember, "\(what) are too few or too many")
        }
    }
}
