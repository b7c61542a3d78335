import Crypto
import Glibc
import Host
import Wire

/// What a start does to what lies there, so that all of it is sealed by the newest key.
extension BlobFiles {
    // MARK: A newer key

    /// Seals the keys of blobs by the newest key where another did; no blob is written anew.
    ///
    /// The new header is durable in the place that is void before the old one is made void, so a
    /// crash at any moment leaves a blob that opens; and after this the older keys open nothing.
    ///
    /// - Throws: `noKey` when the keys at hand are not those that sealed what is here; nothing has
    ///   been touched then.
    func rewrap() throws(BlobError) -> [BlobStore.Remark] {
        var strangers: [SecretKey.ID: UInt64] = [:]
        var damaged: [Wire.Digest] = []
        var older: [Wrapped] = []
        for digest in try BlobDirectory.blobs(in: "\(self.path)/sealed") {
            switch try self.standing(of: digest) {
            case .damaged: damaged.append(digest)
            case .stranger(let id): strangers[id, default: 0] += 1
            case .current: continue
            case .older(let wrapped): older.append(wrapped)
            }
        }
        try self.demandKeys(strangers)
        for wrapped in older { try self.write(wrapped, .newHeader) }
        try self.synchroniseAll(unless: older.isEmpty)
        for wrapped in older { try self.write(wrapped, .void) }
        try self.synchroniseAll(unless: older.isEmpty)
        var remarks: [BlobStore.Remark] = []
        if !older.isEmpty {
            remarks.append(.rewrapped(UInt64(older.count), self.keys.current.id))
        }
        if !damaged.isEmpty { remarks.append(.damaged(damaged)) }
        return remarks
    }

    private struct Wrapped {
        let digest: Wire.Digest
        let header: SealedHeader
        /// Which of the two places the newest header has, or will have.
        let place: Int
    }

    private enum Standing {
        case current
        /// Another key sealed it, or a crash left it sealed by two.
        case older(Wrapped)
        /// It names a key that is not at hand.
        case stranger(SecretKey.ID)
        case damaged
    }

    private func standing(of digest: Wire.Digest) throws(BlobError) -> Standing {
        let opened: (file: Descriptor, length: UInt64)
        let headers: [SealedHeader?]
        do throws(BlobError) {
            opened = try self.file(of: digest)
            headers = try self.headers(in: opened.file, of: digest)
        } catch {
            // Whatever it is, it is no blob of ours: bringing the bytes again replaces it.
            return .damaged
        }
        var keys: [(place: Int, sealer: SecretKey.ID, key: SymmetricKey, size: UInt64)] = []
        var strangers: [SecretKey.ID] = []
        for (place, header) in headers.enumerated() {
            guard let header, SealedLayout.fileBytes(of: header.size) == opened.length else {
                continue
            }
            guard let sealer = self.keys[header.sealer] else {
                strangers.append(header.sealer)
                continue
            }
            guard let key = header.key(of: digest, by: sealer) else { continue }
            keys.append((place, header.sealer, key, header.size))
        }
        guard let best = keys.first(where: { $0.sealer == self.keys.current.id }) ?? keys.first
        else { return strangers.first.map { .stranger($0) } ?? .damaged }
        let isAlone = headers.count { $0 != nil } == 1
        guard best.sealer != self.keys.current.id || !isAlone else { return .current }
        let header = try SealedHeader(
            size: best.size, digest: digest, key: best.key, by: self.keys.current)
        let place = best.sealer == self.keys.current.id ? best.place : 1 - best.place
        return .older(Wrapped(digest: digest, header: header, place: place))
    }

    private func demandKeys(_ strangers: [SecretKey.ID: UInt64]) throws(BlobError) {
        guard let (id, count) = strangers.min(by: { $0.key.rawValue < $1.key.rawValue }) else {
            return
        }
        throw BlobError(
            .noKey,
            """
            \(count) blobs were sealed by the key \(id), which is not in \(self.keys.path): put \
            that file, or its line, back from where you keep a copy
            """)
    }

    private enum Writing { case newHeader, void }

    private func write(_ wrapped: Wrapped, _ writing: Writing) throws(BlobError) {
        let path = self.place(of: wrapped.digest)
        let (block, place) =
            switch writing {
            case .newHeader: (wrapped.header.block, wrapped.place)
            case .void:
                ([UInt8](repeating: 0, count: SealedLayout.headerBytes), 1 - wrapped.place)
            }
        // Nobody but root writes to what is read-only; the mode is back before the next start.
        guard chmod(path, 0o600) == 0 else {
            throw BlobError(failedTo: "seal the blob \(wrapped.digest) anew", errno)
        }
        defer { chmod(path, 0o400) }
        let number = Glibc.open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
        guard number >= 0 else {
            throw BlobError(failedTo: "seal the blob \(wrapped.digest) anew", errno)
        }
        defer { close(number) }
        let count = pwrite(number, block, block.count, off_t(place * SealedLayout.headerBytes))
        guard count == block.count else {
            throw BlobError(failedTo: "seal the blob \(wrapped.digest) anew", errno)
        }
    }

    /// One wait for the disk, however many files were written.
    private func synchroniseAll(unless isNothing: Bool) throws(BlobError) {
        guard !isNothing else { return }
        do throws(HostError) {
            try Directory.synchroniseFileSystem(of: self.path)
        } catch {
            throw BlobError(.failed, error.reason)
        }
    }

    // MARK: What was brought to an older version

    /// Seals blobs that lie there as they were brought, and removes those files.
    ///
    /// A crash at any moment leaves the one or the other. What an unlinked file leaves on a disk
    /// is the disk's affair.
    func sealPlain() throws(BlobError) -> [BlobStore.Remark] {
        let hall = "\(self.path)/sha256"
        var status = stat()
        guard lstat(hall, &status) == 0 else { return [] }
        try BlobDirectory.judge(hall)
        var count: UInt64 = 0
        var damaged: [Wire.Digest] = []
        for digest in try BlobDirectory.blobs(in: hall) {
            let path = "\(hall)/\(digest.hex.prefix(2))/\(digest.hex)"
            switch try self.sealPlain(path, digest) {
            case .sealed: count += 1
            case .damaged: damaged.append(digest)
            }
            unlink(path)
        }
        for shelf in BlobDirectory.shelves { rmdir("\(hall)/\(shelf)") }
        rmdir(hall)
        var remarks: [BlobStore.Remark] = []
        if count > 0 { remarks.append(.sealed(count)) }
        if !damaged.isEmpty { remarks.append(.damaged(damaged)) }
        return remarks
    }

    private enum Sealed { case sealed, damaged }

    private func sealPlain(_ path: String, _ digest: Wire.Digest) throws(BlobError) -> Sealed {
        let number = Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else {
            if errno == ELOOP || errno == ENXIO { return .damaged }
            throw BlobError(failedTo: "open \(path)", errno)
        }
        let file = Descriptor(adopting: number)
        var status = stat()
        guard fstat(number, &status) == 0, status.isOurFile else { return .damaged }
        let blob = Blob(digest: digest, size: UInt64(status.st_size))
        var page = try self.makePage(for: blob)
        var hash = SHA256()
        var offset: UInt64 = 0
        while offset < blob.size {
            let count = Int(min(blob.size - offset, UInt64(Limits.chunkBytesMax)))
            let bytes = try [UInt8].filled(count) { (target) throws(BlobError) in
                do throws(HostError) {
                    try file.read(at: offset, into: target, from: path)
                } catch {
                    throw BlobError(.failed, error.reason)
                }
            }
            hash.update(data: bytes)
            try bytes.span.bytes.withUnsafeBytes { bytes throws(BlobError) in
                try page.write(bytes)
            }
            offset += UInt64(count)
        }
        guard Digest(sha256: Array(hash.finalize())) == digest else { return .damaged }
        _ = try page.keep(as: blob)
        return .sealed
    }
}
