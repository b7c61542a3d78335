extension ArrowReader {
    /// A stream of the same batches below a schema that says no more than it must: metadata, in
    /// which pandas and Hugging Face write the names once more, and names within columns are left
    /// out.
    ///
    /// - Throws: for lists, whose places have no names of their own, and for batches with metadata.
    package func bytes(naming names: [String]) throws(TableError) -> [UInt8] {
        precondition(names.count == self.columnNames.count, "a name for each column is needed")
        guard names.count == self.fields.count, !self.fields.contains(where: \.isList) else {
            throw TableError(
                .unknownType,
                "the places of a list have no names that could be others: write each as a column")
        }
        let header = try Self.header(self.framing.schema, naming: names)
        var stream = header
        for message in self.framing.messages {
            switch message.kind {
            case .schema:
                // The first stream has its schema already.
                if stream.count > header.count { stream += ArrowFraming.streamEnd + header }
            case .dictionary, .batch:
                guard try !message.hasMetadata else {
                    throw TableError(arrow: "its batches have metadata, which may name columns")
                }
                stream += message.whole
            }
        }
        return stream + ArrowFraming.streamEnd
    }

    private static func header(
        _ schema: FlatTable, naming names: [String]
    ) throws(TableError) -> [UInt8] {
        var fields: [FlatNode] = []
        let tables = try schema.tables(1, countMax: names.count)
        for (field, name) in zip(tables, names) {
            fields.append(try self.field(field, named: name))
        }
        let version = FlatNode.Field(Int16(4))
        let message = FlatNode(fields: [
            version, .init(UInt8(1)), .table(FlatNode(fields: [nil, .tables(fields)])),
            .init(Int64(0)),
        ]).encoded()
        let length = withUnsafeBytes(of: UInt32(message.count).littleEndian, Array.init)
        return [0xFF, 0xFF, 0xFF, 0xFF] + length + message
    }

    /// - Requires: the field was read before, so that it has no more fields within than it may.
    private static func field(
        _ table: FlatTable, named name: String
    ) throws(TableError) -> FlatNode {
        let kind = try table.number(2, default: UInt8(0))
        var children: [FlatNode] = []
        for child in try table.tables(5, countMax: TableLimits.columnsMax) {
            children.append(try self.field(child, named: "item"))
        }
        var dictionary: FlatNode.Field?
        if let encoding = try table.table(4) {
            var index: FlatNode.Field?
            if let type = try encoding.table(1) { index = .table(try self.type(type, kind: 2)) }
            dictionary = .table(
                FlatNode(fields: [.init(try encoding.number(0, default: Int64(0))), index]))
        }
        guard let type = try table.table(3) else {
            throw TableError(arrow: "a field has no type")
        }
        return FlatNode(fields: [
            .text(Array(name.utf8)), .init(UInt8(1)), .init(kind),
            .table(try self.type(type, kind: kind)), dictionary, .tables(children),
        ])
    }

    /// What a type says of itself: numbers of the widths that the format's schema gives, and of a
    /// timestamp the time zone.
    private static func type(_ table: FlatTable, kind: UInt8) throws(TableError) -> FlatNode {
        switch kind {
        case 2:
            FlatNode(fields: [
                .init(try table.number(0, default: Int32(0))),
                .init(try table.number(1, default: UInt8(0))),
            ])
        case 3, 11: FlatNode(fields: [.init(try table.number(0, default: Int16(0)))])
        case 8, 18: FlatNode(fields: [.init(try table.number(0, default: Int16(1)))])
        case 7:
            FlatNode(fields: [
                .init(try table.number(0, default: Int32(0))),
                .init(try table.number(1, default: Int32(0))),
                .init(try table.number(2, default: Int32(128))),
            ])
        case 9:
            FlatNode(fields: [
                .init(try table.number(0, default: Int16(1))),
                .init(try table.number(1, default: Int32(32))),
            ])
        case 10:
            FlatNode(fields: [
                .init(try table.number(0, default: Int16(0))),
                try table.text(1).map { .text(Array($0)) },
            ])
        case 15, 16: FlatNode(fields: [.init(try table.number(0, default: Int32(0)))])
        case 17: FlatNode(fields: [.init(try table.number(0, default: UInt8(0)))])
        default: FlatNode(fields: [])
        }
    }
}

extension ArrowField {
    /// Whether it is a column for each place of a list.
    var isList: Bool {
        if self.dictionary == nil, case .list = self.type { true } else { false }
    }
}

extension ArrowFraming.Message {
    /// Whether the message carries texts of somebody's own.
    fileprivate var hasMetadata: Bool {
        get throws(TableError) {
            let metadata = self.whole[8..<self.whole.count - self.body.count]
            return try !FlatTable(root: .init(rebasing: metadata)).structs(4, stride: 4).isEmpty
        }
    }
}
