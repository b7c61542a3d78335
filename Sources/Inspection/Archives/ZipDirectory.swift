/// The central directory of a zip archive, read without a byte of what it lists.
///
/// By APPNOTE.TXT 6.3.10 of PKWARE: the end record lies in the last 64 KiB and points to the
/// directory; sizes beyond 32 bits stand in an extra field (zip64).
struct ZipDirectory {
    let entries: [Entry]
    /// Bytes before the archive begins: a program that unpacks itself, or another file.
    let prefix: Int

    struct Entry {
        let name: String
        let method: UInt64
        let isEncrypted: Bool
        let compressedBytes: UInt64
        let bytes: UInt64
        /// Where its local header begins.
        let offset: UInt64
    }

    /// Nil when the bytes hold no end record of a zip archive.
    static func find(in bytes: UnsafeRawBufferPointer) -> Result<ZipDirectory, Broken>? {
        guard let end = Self.endRecord(in: bytes) else { return nil }
        do throws(Broken) {
            return .success(try ZipDirectory(bytes, end: end))
        } catch {
            return .failure(error)
        }
    }

    private static func endRecord(in bytes: UnsafeRawBufferPointer) -> Int? {
        let size = 22
        guard bytes.count >= size else { return nil }
        let first = max(0, bytes.count - size - 0xFFFF)
        for at in stride(from: bytes.count - size, through: first, by: -1)
        where bytes[at] == 0x50 && bytes[at + 1] == 0x4B && bytes[at + 2] == 5
            && bytes[at + 3] == 6
        {
            return at
        }
        return nil
    }

    private init(_ bytes: UnsafeRawBufferPointer, end: Int) throws(Broken) {
        var cursor = Cursor(bytes)
        try cursor.jump(to: UInt64(end) + 10)
        var count = try cursor.number(2)
        var size = try cursor.number(4)
        var offset = try cursor.number(4)
        var directoryEnd = UInt64(end)
        if count == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF, end >= 20 {
            try cursor.jump(to: UInt64(end) - 20)
            if try cursor.number(4) == 0x0706_4B50 {
                _ = try cursor.number(4)
                directoryEnd = try cursor.number(8)
                try cursor.jump(to: directoryEnd)
                guard try cursor.number(4) == 0x0606_4B50 else {
                    throw Broken(cursor.at, "the archive's zip64 record is not there")
                }
                _ = try cursor.take(28)
                count = try cursor.number(8)
                size = try cursor.number(8)
                offset = try cursor.number(8)
            }
        }
        guard count <= UInt64(InspectionLimits.entriesMax) else {
            throw Broken(end, "the archive lists more than \(InspectionLimits.entriesMax) files")
        }
        let (expected, overflow) = offset.addingReportingOverflow(size)
        guard !overflow, expected <= directoryEnd else {
            throw Broken(end, "the archive's directory lies beyond its end record")
        }
        // What precedes the archive moves all its offsets.
        let prefix = directoryEnd - expected
        self.prefix = Int(prefix)
        try cursor.jump(to: offset + prefix)
        var entries: [Entry] = []
        for _ in 0..<count { entries.append(try Entry(&cursor, prefix: prefix)) }
        self.entries = entries
    }
}

extension ZipDirectory.Entry {
    fileprivate init(_ cursor: inout Cursor, prefix: UInt64) throws(Broken) {
        guard try cursor.number(4) == 0x0201_4B50 else {
            throw Broken(cursor.at, "the archive's directory is not one")
        }
        _ = try cursor.take(4)
        self.isEncrypted = try cursor.number(2) & 1 != 0
        self.method = try cursor.number(2)
        _ = try cursor.take(8)
        var compressed = try cursor.number(4)
        var bytes = try cursor.number(4)
        let nameCount = try cursor.number(2)
        let extraCount = try cursor.number(2)
        let commentCount = try cursor.number(2)
        _ = try cursor.take(8)
        var offset = try cursor.number(4)
        self.name = String(lossy: try cursor.take(nameCount))
        var extra = Cursor(try cursor.take(extraCount))
        while extra.left >= 4 {
            let kind = try extra.number(2)
            let count = try extra.number(2)
            var field = Cursor(try extra.take(min(count, UInt64(extra.left))))
            guard kind == 1 else { continue }
            if bytes == 0xFFFF_FFFF { bytes = try field.number(8) }
            if compressed == 0xFFFF_FFFF { compressed = try field.number(8) }
            if offset == 0xFFFF_FFFF { offset = try field.number(8) }
        }
        _ = try cursor.take(commentCount)
        self.compressedBytes = compressed
        self.bytes = bytes
        let (place, overflow) = offset.addingReportingOverflow(prefix)
        guard !overflow else {
            throw Broken(cursor.at, "a file of the archive lies beyond its end")
        }
        self.offset = place
    }

    /// The bytes as they are stored, and the name that the local header gives.
    func stored(
        in archive: UnsafeRawBufferPointer
    ) throws(Broken) -> (name: String, method: UInt64, bytes: UnsafeRawBufferPointer, end: Int) {
        var cursor = Cursor(archive)
        try cursor.jump(to: self.offset)
        guard try cursor.number(4) == 0x0403_4B50 else {
            throw Broken(cursor.at, "a file of the archive is not where the directory says")
        }
        _ = try cursor.take(4)
        let method = try cursor.number(2)
        _ = try cursor.take(16)
        let nameCount = try cursor.number(2)
        let extraCount = try cursor.number(2)
        let name = String(lossy: try cursor.take(nameCount))
        _ = try cursor.take(extraCount)
        let bytes = try cursor.take(self.compressedBytes)
        return (name, method, bytes, cursor.at)
    }
}
