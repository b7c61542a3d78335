/// A field of an Arrow schema: what the columns of a table are made of.
struct ArrowField: Equatable {
    /// Empty for fields within fields, whose names nobody needs.
    let name: String
    let type: ArrowType
    /// Where the values are kept once and referred to by their index.
    let dictionary: Dictionary?
    let children: [ArrowField]

    struct Dictionary: Equatable {
        let id: Int64
        /// An integer type.
        let index: ArrowType
    }

    /// What the batches hold in the field's place: indices where there is a dictionary.
    var stored: ArrowType { self.dictionary?.index ?? self.type }

    /// The fields of a schema, their names checked as those of any table.
    static func all(of schema: FlatTable) throws(TableError) -> [ArrowField] {
        guard try schema.number(0, default: Int16(0)) == 0 else {
            throw TableError(arrow: "its numbers are big-endian; write it on another machine")
        }
        var left = TableLimits.columnsMax
        var fields: [ArrowField] = []
        var numbers: [String: Int] = [:]
        for table in try schema.tables(1, countMax: left) {
            let field = try ArrowField(table, number: fields.count + 1, &left)
            let place = TableError.Place(number: fields.count + 1, name: nil)
            if let earlier = numbers.updateValue(fields.count + 1, forKey: field.name) {
                throw TableError(
                    .duplicateColumn, line: 1, column: place,
                    "column \(earlier) has the same name")
            }
            fields.append(field)
        }
        guard !fields.isEmpty else { throw TableError(arrow: "its schema names no column") }
        return fields
    }

    private init(_ table: FlatTable, number: Int, _ left: inout Int) throws(TableError) {
        let place = TableError.Place(number: number, name: nil)
        let bytes = try table.text(0) ?? UnsafeRawBufferPointer(start: nil, count: 0)
        guard !bytes.isEmpty else {
            throw TableError(.emptyColumnName, line: 1, column: place, "the name is empty")
        }
        guard bytes.count <= TableLimits.nameBytesMax else {
            throw TableError(
                .badColumnName, line: 1, column: place,
                "the name is longer than \(TableLimits.nameBytesMax) bytes")
        }
        guard let name = String(validating: bytes, as: UTF8.self) else {
            throw TableError(.badColumnName, line: 1, column: place, "the name is not UTF-8")
        }
        if let problem = Schema.problem(withName: name) {
            throw TableError(.badColumnName, line: 1, column: place, "the name \(problem)")
        }
        try self.init(table, named: name, depth: 0, &left)
    }

    /// - Parameter left: fields that the schema may still have. Tables may refer to one another in
    ///   many ways, so that the walk over them is bounded by its steps.
    private init(
        _ table: FlatTable, named name: String, depth: Int, _ left: inout Int
    ) throws(TableError) {
        left -= 1
        guard left >= 0 else {
            throw TableError(
                .tooManyColumns, "the table has more than \(TableLimits.columnsMax) fields")
        }
        guard depth <= ArrowLimits.depthMax else {
            throw TableError(arrow: "fields lie within fields more than \(depth - 1) times")
        }
        var children: [ArrowField] = []
        for child in try table.tables(5, countMax: left) {
            children.append(try ArrowField(child, named: "", depth: depth + 1, &left))
        }
        self.name = name
        self.children = children
        let type = try ArrowType(
            kind: try table.number(2, default: UInt8(0)), try table.table(3), children)
        guard let dictionary = try table.table(4) else {
            self.type = type
            self.dictionary = nil
            return
        }
        self.dictionary = try Dictionary(dictionary)
        // Entries that take no byte could be many.
        self.type =
            type == .null ? .other(name: "dictionary of null", buffers: 0, isView: false) : type
    }
}

extension ArrowField.Dictionary {
    fileprivate init(_ table: FlatTable) throws(TableError) {
        self.id = try table.number(0, default: Int64(0))
        guard let index = try table.table(1) else {
            self.index = .integer(bits: 32, isSigned: true)
            return
        }
        self.index = try ArrowType(integer: index)
    }
}
