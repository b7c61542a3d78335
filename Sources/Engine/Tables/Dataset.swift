package import Privacy

/// A table bound to what is to be learned from it: features, and the answer for every row.
package struct Dataset: Equatable, Sendable {
    package let task: LearningTask
    /// Nil where anomalies are looked for and nothing tells which rows are.
    package let target: String?
    /// Every column but the target.
    package let features: Frame
    package internal(set) var answers: Answers
    /// Whether its two classes have changed their places.
    package internal(set) var positiveFirst = false
    /// How much each row counts, and the column that says so; nil: all alike.
    package let weighting: Weighting?
    package internal(set) var classWeights: ClassWeights?
    /// What predicted numbers stand for.
    package internal(set) var objective = Objective.mean
    /// What `quantile_loss` judges by.
    package internal(set) var quantile = 0.5
    /// Columns along which predictions may go one way only.
    package internal(set) var constraints: [Constraint] = []
    /// The classes, sorted: numbers by value, texts as strings; of two the positive one last where
    /// somebody says which it is. Empty for regression and without a target; for anomaly
    /// detection what the target says of normal rows, then what it says of anomalies.
    package internal(set) var classNames: [Private<String>]
    /// What a table like this one must satisfy: every feature, then the target, and the rules
    /// that name no other column.
    package let schema: Schema
    /// What was left out and repaired when the table was read.
    package let repairs: Repairs

    /// A column that says how much each row counts: in what is learned, and in every score.
    package struct Weighting: Equatable, Sendable {
        package let column: String
        /// By row: finite, none below 0, one at least above.
        package let weights: [Double]
    }

    /// - Parameters:
    ///   - schema: what `frame` was read with; its kinds alone if nil.
    ///   - repairs: what was done to it then; nothing if nil.
    ///   - weighting: how much each row counts; nil: all alike.
    /// - Throws: `TableError` when the target is not there, misses a value or does not suit `task`.
    package init(
        _ frame: Frame, target: String?, task: LearningTask, schema: Schema? = nil,
        repairs: Repairs? = nil, weighting: Weighting? = nil
    ) throws(TableError) {
        precondition(
            weighting.map { $0.weights.count == frame.rows } ?? true, "a row weighs nothing")
        precondition(weighting == nil || task != .anomalyDetection, "weights of anomalies")
        let features = target.map(frame.without) ?? frame
        let column = try target.map { name throws(TableError) in try Target.column(name, of: frame)
        }
        guard !features.columns.isEmpty else {
            throw TableError(.noFeatures, "the table has no column to learn from but the target")
        }
        guard frame.rows > 0 else { throw TableError(.noRows, "the table has no rows") }
        switch (task, column) {
        case (.regression, let column?):
            self.classNames = []
            self.answers = .numbers(try Target.numbers(of: column))
        case (.classification, let column?):
            let names = try Target.classNames(of: column)
            self.classNames = names
            self.answers = try Target.classes(of: column, among: names)
        case (.anomalyDetection, let column?):
            let names = try Target.flagNames(of: column)
            self.classNames = names
            self.answers = try Target.flags(of: column, among: names)
        case (.anomalyDetection, nil):
            self.classNames = []
            self.answers = .flags(Array(repeating: .unknown, count: frame.rows))
        case (.regression, nil), (.classification, nil):
            throw TableError(.missingColumn, "\(task.rawValue) needs a target to learn")
        }
        self.task = task
        self.target = target
        self.features = features
        self.schema = Self.schema(of: frame, target: target, stricter: schema)
        self.repairs = repairs ?? Repairs(rowsRead: frame.rows)
        self.weighting = weighting
    }

    /// Reads a table whose target must be there in every row; faults are named with their line.
    package init(
        bytes: UnsafeRawBufferPointer, schema: Schema, target: String?, task: LearningTask
    ) throws(TableError) {
        let (table, demanding) = try Self.table(
            bytes: bytes, schema: schema, target: target, task: task)
        try self.init(table, target: target, task: task, schema: demanding)
    }

    /// What `table(bytes:schema:target:task:)` read.
    ///
    /// - Parameter weight: the column that says how much each row counts; nil: all alike.
    package init(
        _ table: CleanTable, target: String?, task: LearningTask, schema: Schema,
        weight: String? = nil
    ) throws(TableError) {
        let weighting = try weight.map { name throws(TableError) in
            try Weighting(of: name, table)
        }
        try self.init(
            table.frame, target: target, task: task, schema: schema, repairs: table.repairs,
            weighting: weighting)
    }

    /// Reads a table whose target must be there in every row, and says by which schema. Its first
    /// bytes tell the format.
    ///
    /// - Parameters:
    ///   - split: the column by which rows are parted must be there likewise.
    ///   - weight: and so must the column that says how much each row counts.
    package static func table(
        bytes: UnsafeRawBufferPointer, schema: Schema, target: String?, task: LearningTask,
        split: RowSplit? = nil, weight: String? = nil
    ) throws(TableError) -> (table: CleanTable, schema: Schema) {
        let reader = try TableFormat.reader(of: bytes)
        let schema = try schema.demanding(split, target: target)
            .demanding(weight: weight, split, target: target, task: task)
        guard let target else { return (try reader.table(schema), schema) }
        guard reader.columnNames.contains(Private(target)) else {
            throw TableError(
                .missingColumn, line: 1, column: .init(number: nil, name: target),
                "the target is no column of the table")
        }
        let demanding = try schema.demanding(target: target, task: task)
        do throws(TableError) {
            return (try reader.table(demanding), demanding)
        } catch {
            guard error.code == .missingValue, error.column?.name == target else { throw error }
            throw TableError(
                .targetMissing, line: error.line, column: error.column,
                "the target is missing in this row; leave the row out or fill it in")
        }
    }

    package var rows: Int { self.features.rows }

    /// Whether there is anything that a model could go by: where there is not, every trial fails.
    package var tellsRowsApart: Bool {
        if self.features.columns.contains(where: \.surelyVaries) { return true }
        // The rest is for the encoder to say, which is what a trial would hear.
        let all = Array(0..<self.rows)
        do throws(EncodingError) {
            _ = try Encoder.fit(self.features, self.answers, rows: all, form: .ordinal)
        } catch {
            return error.code != .nothingVaries
        }
        return true
    }

    private static func schema(of frame: Frame, target: String?, stricter: Schema?) -> Schema {
        var given: [String: Schema.Column] = [:]
        for column in stricter?.columns ?? [] { given[column.name] = column }
        var columns: [Schema.Column] = []
        let others = frame.columns.filter { $0.name != target }
        for column in others + frame.columns.filter({ $0.name == target }) {
            let kind: Schema.Kind =
                switch column.values {
                case .numeric: .numeric()
                case .categorical: .categorical()
                case .dates: .date
                case .texts: .text
                }
            let missing: Schema.Missing = column.name == target ? .refused : .allowed
            columns.append(
                given[column.name] ?? Schema.Column(column.name, kind, missing: missing))
        }
        let names = Set(columns.map(\.name))
        let rules = (stricter?.typedRules ?? []).filter { $0.columns.isSubset(of: names) }
        do throws(SchemaError) {
            return try Schema(columns, rules: rules.map(\.rule))
        } catch {
            preconditionFailure("the columns of a frame make a schema: \(error)")
        }
    }
}

extension Frame.Column {
    /// Whether it has two values that every encoder tells apart; found at a glance, so that some
    /// columns of which this is false vary all the same.
    fileprivate var surelyVaries: Bool {
        switch self.values {
        case .numeric(let numbers), .dates(let numbers):
            guard let first = numbers.first(where: \.isFinite) else { return false }
            return numbers.contains { $0.isFinite && $0 != first }
        case .categorical(let categories):
            return (2...EncoderLimits.oneHotLevelsMax).contains(categories.levels.count)
        case .texts(let texts): return texts.levels.count >= 2
        }
    }
}

/// How a column becomes answers.
package enum Target {
    static func column(_ name: String, of frame: Frame) throws(TableError) -> Frame.Column {
        guard let column = frame.column(named: name) else {
            throw TableError(
                .missingColumn, column: .init(number: nil, name: name),
                "the target is no column of the table")
        }
        return column
    }

    /// - Throws: `TableError` if the column holds texts or misses a value.
    package static func numbers(
        of column: Frame.Column, rowsBefore: Int = 0
    ) throws(TableError) -> [Double] {
        guard case .numeric(let numbers) = column.values else {
            throw TableError(
                .targetNotNumeric, column: .init(number: nil, name: column.name),
                "the target is not numeric, and regression predicts numbers")
        }
        if let row = numbers.firstIndex(where: \.isNaN) {
            throw Self.missing(row: rowsBefore + row, column.name)
        }
        return numbers
    }

    /// The class of every row, as an index of `names`.
    ///
    /// - Throws: `TableError` if the column misses a value or holds a class without a name.
    package static func classes(
        of column: Frame.Column, among names: [Private<String>], rowsBefore: Int = 0
    ) throws(TableError) -> Answers {
        var indices: [Private<String>: Int32] = [:]
        for (index, name) in names.enumerated() { indices[name] = Int32(index) }
        var labels: [Int32] = []
        labels.reserveCapacity(column.values.count)
        switch column.values {
        case .numeric(let numbers):
            var last = Double.nan
            for (row, number) in numbers.enumerated() {
                if number == last, let label = labels.last {
                    labels.append(label)
                    continue
                }
                if number.isNaN { throw Self.missing(row: rowsBefore + row, column.name) }
                guard let label = indices[Self.text(of: number)] else {
                    throw Self.unknownClass(row: rowsBefore + row, column.name)
                }
                labels.append(label)
                last = number
            }
        case .categorical(let categories):
            let known = categories.levels.map { indices[$0] }
            for (row, code) in categories.codes.enumerated() {
                if code < 0 { throw Self.missing(row: rowsBefore + row, column.name) }
                guard let label = known[Int(code)] else {
                    throw Self.unknownClass(row: rowsBefore + row, column.name)
                }
                labels.append(label)
            }
        case .dates, .texts: throw Self.noClasses(column.name)
        }
        return .classes(labels, count: names.count)
    }

    /// The distinct values as texts: numbers in ascending order, or sorted texts.
    static func classNames(of column: Frame.Column) throws(TableError) -> [Private<String>] {
        let place = TableError.Place(number: nil, name: column.name)
        let names: [Private<String>]
        switch column.values {
        case .categorical(let categories): names = categories.levels
        case .numeric(let numbers):
            var distinct: Set<Double> = []
            for number in numbers where !number.isNaN {
                distinct.insert(number)
                if distinct.count > TableLimits.classesMax { break }
            }
            names = distinct.sorted().map(Self.text)
        case .dates, .texts: throw Self.noClasses(column.name)
        }
        guard names.count <= TableLimits.classesMax else {
            throw TableError(
                .tooManyClasses, column: place,
                "the target has more than \(TableLimits.classesMax) classes; "
                    + "is this a regression?")
        }
        guard names.count >= 2 else {
            throw TableError(
                .oneClass, column: place,
                "the target has one class only, which leaves nothing to tell apart")
        }
        return names
    }

    /// Which rows are anomalies.
    ///
    /// - Parameter names: what the target says of normal rows, and what of anomalies.
    package static func flags(
        of column: Frame.Column, among names: [Private<String>], rowsBefore: Int = 0
    ) throws(TableError) -> Answers {
        let classes = try Self.classes(of: column, among: names, rowsBefore: rowsBefore)
        guard case .classes(let labels, _) = classes else {
            preconditionFailure("classes are classes")
        }
        return .flags(labels.map { $0 == 1 ? .anomalous : .normal })
    }

    /// The two values of the target, the rarer last: anomalies are rare, whatever they are called.
    /// Of two that are equally frequent, the later of the sorted two.
    static func flagNames(of column: Frame.Column) throws(TableError) -> [Private<String>] {
        let names = try Self.classNames(of: column)
        guard names.count == 2 else {
            throw TableError(
                .tooManyClasses, column: .init(number: nil, name: column.name),
                "the target has \(names.count) classes; anomaly detection knows two, "
                    + "normal rows and anomalies")
        }
        guard case .classes(let labels, _) = try Self.classes(of: column, among: names) else {
            preconditionFailure("classes are classes")
        }
        let second = labels.count { $0 == 1 }
        return 2 * second <= labels.count ? names : names.reversed()
    }

    /// The canonical text of a number: no fraction where there is none, else the shortest digits
    /// that give the number back.
    package static func text(of number: Double) -> Private<String> {
        if let whole = Int(exactly: number), abs(number) < 1e15 { return Private(String(whole)) }
        return Private(number.description)
    }

    private static func missing(row: Int, _ name: String) -> TableError {
        TableError(
            .targetMissing, column: .init(number: nil, name: name),
            "the target is missing in row \(row + 1) (the header not counted)")
    }

    private static func noClasses(_ name: String) -> TableError {
        TableError(
            .wrongKind, column: .init(number: nil, name: name),
            "the target was read as dates or for its words, and classes are numbers or categories")
    }

    private static func unknownClass(row: Int, _ name: String) -> TableError {
        TableError(
            .unknownClass, column: .init(number: nil, name: name),
            "row \(row + 1) (the header not counted) holds a class that the model does not know")
    }
}

extension Schema {
    /// The schema with a target that may not be missing, and is numeric for regression. Dates
    /// and texts are classes like other categories.
    ///
    /// Then a text in a numeric target is a bad number on its line, not a table of another kind.
    package func demanding(target: String, task: LearningTask) throws(TableError) -> Schema {
        var columns = self.columns
        guard let index = columns.firstIndex(where: { $0.name == target }) else {
            throw TableError(
                .missingColumn, column: .init(number: nil, name: target),
                "the target is no column of the schema")
        }
        let kind: Kind
        switch (columns[index].kind, task) {
        case (.ignored, _):
            throw TableError(
                .wrongKind, column: .init(number: nil, name: target),
                "the schema ignores the target; make it numeric or categorical")
        case _ where columns[index].use == .checks:
            throw TableError(
                .wrongKind, column: .init(number: nil, name: target),
                "the schema has the target for checks only; leave out its use")
        case (.categorical(nil), .regression), (.date, .regression), (.text, .regression):
            kind = .numeric()
        case (.date, _), (.text, _): kind = .categorical()
        case (.categorical, .regression):
            throw TableError(
                .targetNotNumeric, column: .init(number: nil, name: target),
                "the schema lists categories for the target, and regression predicts numbers")
        case (let own, _): kind = own
        }
        columns[index].kind = kind
        columns[index].missing = .refused
        do throws(SchemaError) {
            return try Schema(columns, rules: self.rules)
        } catch {
            // A rule took the target for a text, or a repair would leave it missing.
            throw TableError(
                .wrongKind, column: .init(number: nil, name: target),
                "as a target, which no row may miss and regression takes for a number: \(error)")
        }
    }
}
