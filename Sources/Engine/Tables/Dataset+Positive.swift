package import Privacy

extension Dataset {
    /// Whether the first of its two classes, by their names, is the positive one.
    ///
    /// - Throws: `TableError` where there are not two classes, or `name` is neither.
    package func isFirst(_ name: Private<String>) throws(TableError) -> Bool {
        guard self.task == .classification, self.classNames.count == 2 else {
            throw self.refusal("has \(self.classNames.count) classes; of two one is positive")
        }
        guard let index = self.classNames.firstIndex(of: name) else {
            throw self.refusal("has the positive class in no row")
        }
        return (index == 0) != self.positiveFirst
    }

    /// The same, in which the first of its two classes by name is the positive one where that is
    /// wanted: both change their places, since metrics of one class take the second.
    package func takingForPositive(first: Bool) throws(TableError) -> Dataset {
        guard first != self.positiveFirst else { return self }
        guard self.task == .classification, case .classes(let labels, 2) = self.answers else {
            throw self.refusal("has not two classes, one of which is positive")
        }
        var dataset = self
        dataset.positiveFirst = first
        dataset.classNames = self.classNames.reversed()
        dataset.answers = .classes(labels.map { 1 - $0 }, count: 2)
        return dataset
    }

    private func refusal(_ sentence: String) -> TableError {
        TableError(
            .wrongKind, column: self.target.map { .init(number: nil, name: $0) },
            "the target " + sentence)
    }
}
