extension Inspection {
    /// Looks at every file of an archive: torch keeps its pickle in one, NumPy its arrays.
    mutating func walkArchive(
        _ found: Result<ZipDirectory, Broken>, _ bytes: UnsafeRawBufferPointer, called name: String,
        depth: Int
    ) {
        guard case .success(let directory) = found else {
            if case .failure(let error) = found {
                self.report.breakOff("the archive cannot be read: \(error.description)")
            }
            return
        }
        guard depth < InspectionLimits.depthMax else {
            return self.report.find(
                .suspicion, in: name, "archives within archives, too deep to look into")
        }
        self.report.note("files in the archive", "\(directory.entries.count)")
        if directory.prefix > 0 {
            self.report.find(
                .suspicion, in: name,
                "\(directory.prefix) bytes stand before the archive, where other readers begin")
        }
        var names: Set<String> = []
        var ranges: [Range<UInt64>] = []
        for entry in directory.entries {
            let place = name.isEmpty ? entry.name : "\(name)/\(entry.name)"
            if !names.insert(entry.name).inserted {
                self.report.find(.suspicion, in: place, "the archive has two files of this name")
            }
            self.judge(entry.name, at: place)
            do throws(Broken) {
                let end = try self.open(entry, in: bytes, at: place, depth: depth)
                ranges.append(entry.offset..<UInt64(end))
            } catch {
                self.report.find(.suspicion, in: place, "it cannot be read: \(error.description)")
            }
        }
        ranges.sort { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
        if zip(ranges, ranges.dropFirst()).contains(where: { $0.upperBound > $1.lowerBound }) {
            self.report.find(
                .suspicion, in: name, "files of the archive overlap, as those of zip bombs do")
        }
    }

    private mutating func judge(_ name: String, at place: String) {
        if PathText.leaves(name) {
            self.report.find(.danger, in: place, "its name leads out of the archive's directory")
        }
        let parts = name.split(separator: "/")
        if parts.dropLast().contains("code"), name.hasSuffix(".py") {
            self.report.find(
                .suspicion, in: place, "TorchScript: code that runs whenever the model does")
        }
    }

    /// Looks into one file.
    ///
    /// - Returns: where its bytes end.
    private mutating func open(
        _ entry: ZipDirectory.Entry, in archive: UnsafeRawBufferPointer, at place: String,
        depth: Int
    ) throws(Broken) -> Int {
        let stored = try entry.stored(in: archive)
        if stored.name != entry.name || stored.method != entry.method {
            self.report.find(
                .suspicion, in: place,
                "the archive says two things of it, here and in its directory")
        }
        switch (entry.isEncrypted, entry.method) {
        case (true, _):
            self.report.find(.suspicion, in: place, "it is encrypted, and was not looked into")
        case (false, 0):
            if stored.bytes.count > 0 {
                self.look(at: stored.bytes, called: place, depth: depth + 1)
            }
        case (false, 8):
            guard let bytes = self.inflate(stored.bytes, at: place) else { break }
            bytes.withUnsafeBytes { self.look(at: $0, called: place, depth: depth + 1) }
        default:
            self.report.find(
                .suspicion, in: place,
                "it is compressed in a way that is not looked into (method \(entry.method))")
        }
        return stored.end
    }

    /// The bytes that a deflated stream stands for, if they are few enough.
    private mutating func inflate(
        _ bytes: UnsafeRawBufferPointer, at place: String
    ) -> [UInt8]? {
        let room = InspectionLimits.inflatedBytesMax - self.inflatedBytes
        do throws(Broken) {
            let inflated = try Inflation.bytes(of: bytes, upTo: room)
            self.inflatedBytes += inflated.count
            return inflated
        } catch {
            self.report.find(.suspicion, in: place, "it cannot be unpacked: \(error.sentence)")
            return nil
        }
    }

    /// What joblib and gzip compressed as a whole; nil for other bytes, and for what is told.
    mutating func inflated(_ bytes: UnsafeRawBufferPointer, called name: String) -> [UInt8]? {
        let magic: [(bytes: [UInt8], name: String)] = [
            ([0x42, 0x5A, 0x68], "bzip2"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz"),
            ([0x5D, 0x00, 0x00], "lzma"), ([0x04, 0x22, 0x4D, 0x18], "lz4"),
            ([0x28, 0xB5, 0x2F, 0xFD], "zstd"),
        ]
        if let known = magic.first(where: { bytes.starts(with: $0.bytes) }) {
            self.report.recognise(.compressed)
            self.report.find(
                .suspicion, in: name, "it is compressed by \(known.name), and was not looked into")
            return nil
        }
        guard let start = Inflation.start(of: bytes) else { return nil }
        return self.inflate(UnsafeRawBufferPointer(rebasing: bytes[start...]), at: name)
    }
}

/// Names of files as others write them.
enum PathText {
    /// Whether a path that should stay in its directory leads out of it, on any system.
    static func leaves(_ path: String) -> Bool {
        let parts = path.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }
        if parts.contains("..") { return true }
        if path.hasPrefix("/") || path.hasPrefix("\\") || path.hasPrefix("~") { return true }
        // C:\… and any other scheme.
        return parts.first?.contains(":") == true || path.utf8.contains(0)
    }
}
