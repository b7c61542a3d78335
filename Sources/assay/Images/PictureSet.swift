import Engine
import Glibc
import Host

/// Pictures that people name: a folder, or the records of an Arrow table.
///
/// ```
/// digits/            digits/three/001.png     folders are classes
/// queue/             queue/001.png            no classes: to predict, or to look for anomalies
/// digits.arrow       image: struct<bytes: binary, path: utf8>, label: int64
/// ```
struct PictureSet {
    let path: String
    private let source: Source

    private enum Source {
        case folder([File])
        /// A table, and its column of pictures.
        case records([UInt8], column: String)
    }

    fileprivate struct File {
        /// Within the folder.
        let name: String
        /// The folder that it lies in, where these are classes.
        let kind: String?
    }

    /// Pictures that follow one another, which several threads may decode at once.
    ///
    /// Unchecked: bytes of records stay where they are, and as they are, until whoever was handed
    /// the batch returns.
    struct Batch: @unchecked Sendable {
        fileprivate enum Pictures {
            case files(ArraySlice<File>, in: String)
            /// The batch's bytes, and how many records are before it.
            case records([UnsafeRawBufferPointer?], after: Int)
        }

        fileprivate let pictures: Pictures

        var count: Int {
            switch self.pictures {
            case .files(let files, _): files.count
            case .records(let records, _): records.count
            }
        }

        /// What sentences call one of them, from 0 on.
        func name(_ number: Int) -> String {
            switch self.pictures {
            case .files(let files, _): files[files.startIndex + number].name
            // Reports count the rows of an Arrow table as lines below a header.
            case .records(_, let before): "line \(before + number + 2)"
            }
        }

        func picture(_ number: Int) -> Result<Picture, PictureError> {
            switch self.pictures {
            case .files(let files, let folder):
                PictureSet.picture("\(folder)/\(files[files.startIndex + number].name)")
            case .records(let records, _): PictureSet.picture(records[number])
            }
        }
    }

    /// Nil where there is a table without pictures.
    init?(ifAt path: String) throws(InputError) {
        self.path = path
        if Self.isFolder(path) {
            self.source = .folder(try Self.files(in: path))
            return
        }
        let bytes = try TableFile.bytes(path)
        let columns = Self.columns(of: bytes)
        guard let column = columns.first else { return nil }
        guard columns.count == 1 else {
            throw InputError(
                path,
                "has several columns that may hold pictures: \(columns.joined(separator: ", "))")
        }
        self.source = .records(bytes, column: column)
    }

    /// Of a table of another format there are none: whoever reads it says what is wrong.
    private static func columns(of bytes: [UInt8]) -> [String] {
        bytes.withUnsafeBytes { bytes in
            guard (try? TableFormat(of: bytes)) == .arrow else { return [] }
            return (try? ArrowReader(bytes).pictureColumns) ?? []
        }
    }

    /// The bytes of the one file that the set is; nil for a folder.
    var bytes: [UInt8]? {
        if case .records(let bytes, _) = self.source { bytes } else { nil }
    }

    /// The files in a folder, in the order of the pictures; nil for records.
    var files: [String]? {
        if case .folder(let files) = self.source { files.map(\.name) } else { nil }
    }

    /// Whether the set says what its pictures show.
    ///
    /// - Parameter target: the column of records that would say it.
    func saysKinds(in target: String) throws(InputError) -> Bool {
        switch self.source {
        case .folder(let files): files.contains { $0.kind != nil }
        case .records(let bytes, _):
            try TableFile.columnNames(bytes, at: self.path).contains(target)
        }
    }

    /// What each picture shows, as far as the set says.
    ///
    /// - Parameter target: the column of records that says it; nil where nobody asks.
    /// - Returns: nil where no column was named.
    func kinds(in target: String?) throws(InputError) -> [String]? {
        switch self.source {
        case .folder(let files): return files.map { $0.kind ?? "" }
        case .records(let bytes, _):
            guard let target else { return nil }
            do {
                return try bytes.withUnsafeBytes { bytes in
                    try TableFile.texts(of: target, try ArrowReader(bytes))
                }
            } catch {
                throw InputError(self.path, "\(error)")
            }
        }
    }

    /// Hands over all pictures in their order, batch by batch: those of records as they lie.
    func eachBatch(_ body: (Batch) -> Void) throws(InputError) {
        switch self.source {
        case .folder(let files):
            for first in stride(from: 0, to: files.count, by: PictureLimits.batchFilesMax) {
                let files = files[first...].prefix(PictureLimits.batchFilesMax)
                body(Batch(pictures: .files(files, in: self.path)))
            }
        case .records(let bytes, let column):
            do {
                try bytes.withUnsafeBytes { bytes in
                    var before = 0
                    try ArrowReader(bytes).eachBatch(of: column) { records in
                        body(Batch(pictures: .records(records, after: before)))
                        before += records.count
                    }
                }
            } catch {
                throw InputError(self.path, "\(error)")
            }
        }
    }

    private static func picture(_ bytes: UnsafeRawBufferPointer?) -> Result<Picture, PictureError> {
        guard let bytes else {
            return .failure(
                PictureError("has no bytes; write the set with its pictures in it, not their paths")
            )
        }
        return Result { () throws(PictureError) in try PictureDecoder.picture(bytes) }
    }

    // MARK: Folders

    private static func picture(_ path: String) -> Result<Picture, PictureError> {
        do throws(InputError) {
            let bytes = try InputFile.read(
                path, upTo: PictureLimits.fileBytesMax, what: "picture")
            return bytes.withUnsafeBytes { bytes in
                Result { () throws(PictureError) in try PictureDecoder.picture(bytes) }
            }
        } catch {
            return .failure(PictureError(error.sentence))
        }
    }

    private static func files(in path: String) throws(InputError) -> [File] {
        var loose: [File] = []
        var kept: [File] = []
        for name in try Self.names(in: path) {
            guard Self.isFolder("\(path)/\(name)") else {
                loose.append(File(name: name, kind: nil))
                continue
            }
            kept += try Self.names(in: "\(path)/\(name)").map {
                File(name: "\(name)/\($0)", kind: name)
            }
        }
        guard loose.isEmpty || kept.isEmpty else {
            throw InputError(
                path,
                "holds folders, which are classes, and beside them \(loose.count) files, such as "
                    + "\(loose[0].name), which are in none")
        }
        let files = loose + kept
        guard !files.isEmpty else { throw InputError(path, "holds no pictures") }
        guard files.count <= PictureLimits.picturesMax else {
            throw InputError(
                path, "holds more than \(Figures.count(PictureLimits.picturesMax)) pictures")
        }
        return files
    }

    /// What is hidden belongs to the system that shows the folder.
    private static func names(in path: String) throws(InputError) -> [String] {
        do {
            return try Directory.names(at: path).filter { !$0.hasPrefix(".") }
        } catch {
            throw InputError(path, "\(error)")
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
