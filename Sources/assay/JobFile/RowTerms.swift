import Engine

/// What a job's `data` says besides of a table of rows: of its columns, and which tables stand
/// beside it. Pictures have none of it.
struct RowTerms {
    /// See `JobFile.Learning`.
    var weight: String?
    var ignored: [String] = []
    var reference: String?
    var validation: String?
    var screen = ScreenTerms.defaults

    /// Of pictures.
    init() {}

    init(
        _ data: inout StrictYAML.Mapping, for task: LearningTask, target: String?, folder: String
    ) throws(InputError) {
        self.weight = try data.value("weight").map { value throws(InputError) in
            guard task != .anomalyDetection else {
                throw value.wrong(JobFile.noWeights("a detector"))
            }
            return try value.text()
        }
        if let value = data.value("ignore") {
            self.ignored = try value.texts()
            guard Set(self.ignored).count == self.ignored.count else {
                throw value.wrong("names a column twice")
            }
            for (column, role) in [(target, "the target"), (self.weight, "the weight")] {
                guard let column, self.ignored.contains(column) else { continue }
                throw value.wrong("names \(role)")
            }
        }
        self.reference = try data.value("reference").map { value throws(InputError) in
            JobFile.path(try value.text(), in: folder)
        }
        self.validation = try data.value("validation").map { value throws(InputError) in
            JobFile.path(try value.text(), in: folder)
        }
        if let value = data.value("screen") { self.screen = try ScreenTerms(value) }
    }
}
