import Engine
import Wire

/// A table as it leaves: its bytes and its schema, under aliases where its columns' names stay
/// here.
struct SentTable {
    let data: BlobUpload
    let schema: BlobUpload
    /// What the columns are called outside; nil where their names travel.
    let columns: ColumnMap?
    /// Of the table as the schema leaves it, where the schema may change something.
    let cleaned: Digest?
    /// For whoever must not know the columns' names.
    let report: DataReport

    /// - Parameters:
    ///   - table: what the schema leaves of the bytes.
    ///   - columns: nil lets their names travel.
    init(
        _ bytes: [UInt8], _ table: CleanTable, _ schema: Schema, _ report: DataReport,
        _ terms: TableTerms, columns: ColumnMap?
    ) throws(InputError) {
        let changes = schema.changesTables
        self.columns = columns
        guard let columns else {
            self.data = BlobUpload(bytes)
            self.schema = BlobUpload(schema.encoded())
            self.cleaned = changes ? table.digest : nil
            self.report = report
            return
        }
        self.data = try Self.upload(bytes, at: terms.train, columns)
        do throws(SchemaError) {
            self.schema = BlobUpload(try columns.anonymous(schema).encoded())
        } catch {
            throw InputError(terms.schema ?? terms.train, error.description)
        }
        self.cleaned = changes ? table.renamed(columns.alias).digest : nil
        self.report = columns.anonymous(report, schema)
    }

    /// A table's bytes as they leave.
    static func upload(
        _ bytes: [UInt8], at path: String, _ columns: ColumnMap?
    ) throws(InputError) -> BlobUpload {
        guard let columns else { return BlobUpload(bytes) }
        return BlobUpload(try TableFile.renamed(bytes, at: path, columns.alias))
    }

    /// What a column is called outside.
    func name(of column: String) -> String { self.columns?.alias(of: column) ?? column }
}

extension TableTerms {
    /// The table as a job learns from it: all of its bytes, or rows that were drawn from it.
    struct Loaded {
        let bytes: [UInt8]
        /// The given one; of a sample also what the whole table's types suggest.
        let schema: Schema?
        /// Which of its columns are learned from, where the schema does not say it yet.
        let columns: ColumnChoice
        let sample: RowSample?
    }

    /// Reads the table, which is the one that the job names.
    ///
    /// - Parameters:
    ///   - columns: which are learned from.
    ///   - isNamed: whether others may know its digest.
    func load(
        _ schema: Schema?, columns: ColumnChoice = .all, isNamed: Bool
    ) throws(InputError) -> Loaded {
        guard let terms = self.sample else {
            let bytes = try TableFile.bytes(self.train, advice: Self.advice)
            // Before anything of it is read: it may be somebody else's table.
            try self.requirePinned(BlobUpload(bytes).blob.digest)
            return Loaded(bytes: bytes, schema: schema, columns: columns, sample: nil)
        }
        let source = try InputSource(self.train)
        let digest = self.digest != nil || isNamed ? try source.digest() : nil
        if let digest { try self.requirePinned(digest) }
        do {
            let sample = try TableSample(
                source, rows: terms.rows, seed: terms.seed, schema: schema, columns: columns,
                bytesMax: TableFile.bytesMax)
            return Loaded(
                bytes: sample.table, schema: sample.schema, columns: .all,
                sample: RowSample(
                    rows: UInt64(sample.rows), of: UInt64(sample.rowsOfTable), seed: terms.seed,
                    table: isNamed ? digest : nil))
        } catch let error as InputError {
            throw error
        } catch {
            throw InputError(self.train, "\(error)")
        }
    }

    private func requirePinned(_ digest: Digest) throws(InputError) {
        guard self.digest == nil || self.digest == digest else {
            throw InputError(
                self.train, "is not the table that the job names: its SHA-256 is \(digest.hex)")
        }
    }

    /// The pictures that the job names, as a table.
    ///
    /// - Parameter target: what its column of classes is called.
    func pictures(as images: Images, target: String?) throws(InputError) -> PictureTable {
        guard let set = try PictureSet(ifAt: self.train) else {
            throw InputError(
                self.train,
                "holds no pictures: name a folder, or an Arrow table with a binary column of them")
        }
        if let bytes = set.bytes {
            try self.requirePinned(BlobUpload(bytes).blob.digest)
        } else if self.digest != nil {
            throw InputError(self.train, "is a folder, which has no SHA-256")
        }
        if let target, try !set.saysKinds(in: target) {
            throw InputError(
                self.train,
                set.files == nil
                    ? "has no column '\(target)' to predict: say by data.target which it is"
                    : "holds no folders, which would be the classes of the pictures in them")
        }
        return try PictureTable(
            set, size: images.size, hasColour: images.hasColour, target: target)
    }

    /// What messages call the table that is read: lines are those of a sample where there is one.
    var place: String { self.sample == nil ? self.train : "\(self.train) (sample)" }

    /// The aliases of all columns that the table or its schema names.
    func map(at place: String, _ bytes: [UInt8], _ schema: Schema) throws(InputError) -> ColumnMap {
        let header = try TableFile.columnNames(bytes, at: self.train)
        let known = Set(header)
        var generator = SystemRandomNumberGenerator()
        return (try ColumnMap.read(place) ?? ColumnMap(path: place)).covering(
            header + schema.columns.map(\.name).filter { !known.contains($0) }, using: &generator)
    }
}
