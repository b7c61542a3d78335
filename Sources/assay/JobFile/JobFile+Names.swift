import Engine

extension JobFile {
    /// The metrics that a file names, each one that suits the task.
    static func metrics<Name: KnownName>(
        _ value: StrictYAML.Value, for task: String, suits: (Name) -> Bool = { _ in true }
    ) throws(InputError) -> [Name] {
        try self.names(value, "metric", for: task, suits)
    }

    /// The model families that a file names, each one that suits the task.
    static func families<Name: KnownName>(
        _ value: StrictYAML.Value, for task: String, suits: (Name) -> Bool = { _ in true }
    ) throws(InputError) -> [Name] {
        try self.names(value, "model", for: task, suits)
    }

    typealias KnownName = CaseIterable & RawRepresentable<String> & Equatable

    private static func names<Name: KnownName>(
        _ value: StrictYAML.Value, _ what: String, for task: String, _ suits: (Name) -> Bool
    ) throws(InputError) -> [Name] {
        let suitable = Name.allCases.filter(suits)
        var names: [Name] = []
        for text in try value.texts() {
            guard let name = Name(rawValue: text), suitable.contains(name) else {
                let words = suitable.map(\.rawValue).joined(separator: ", ")
                throw value.wrong("'\(text)' is no \(what) for \(task); known are \(words)")
            }
            guard !names.contains(name) else { throw value.wrong("names '\(text)' twice") }
            names.append(name)
        }
        return names
    }
}
