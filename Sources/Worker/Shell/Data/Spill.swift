import Crypto
import Host
import Wire

/// Where data sets lie for which memory has no room: sealed, in files without a name, by a key that
/// lives in this process's memory alone.
///
/// A worker that is killed leaves nothing: the kernel frees the files, and what their blocks held
/// opens by no key any more.
struct Spill: Sendable {
    private let directory: String
    private let key: SecretKey

    /// - Parameter directory: ours alone.
    init(in directory: String) throws {
        self.directory = directory
        self.key = try .random()
    }

    /// Writes a copy of what is in memory; waits for the disk.
    func write(_ digest: Wire.Digest, _ memory: SealedMemory) throws(HostError) -> SpilledBlob {
        let spilled = SpilledBlob(
            blob: Blob(digest: digest, size: UInt64(memory.byteCount)),
            file: try UnnamedFile.make(in: self.directory))
        var sealer = ChunkSealer(self.fileKey(of: spilled))
        try memory.withBytes { bytes throws(HostError) in
            try sealer.write(bytes, to: spilled.file, called: Self.what)
        }
        try sealer.finish(to: spilled.file, called: Self.what)
        return spilled
    }

    /// Brings it back into memory; waits for the disk.
    func read(_ spilled: SpilledBlob) throws(HostError) -> SealedMemory {
        let chunks = SealedChunks(
            of: spilled.file, from: 0, size: spilled.blob.size, key: self.fileKey(of: spilled))
        var draft = try SealedMemory.Draft(named: "assay-data")
        var offset: UInt64 = 0
        let stride = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.strideBytes, alignment: 16)
        defer { stride.deallocate() }
        while offset < spilled.blob.size {
            let count = Int(min(spilled.blob.size - offset, UInt64(Self.strideBytes)))
            let part = UnsafeMutableRawBufferPointer(rebasing: stride[..<count])
            try chunks.read(at: offset, into: part, of: Self.what)
            try draft.append(UnsafeRawBufferPointer(part))
            offset += UInt64(count)
        }
        return try draft.sealed()
    }

    /// Bytes read at a time.
    private static let strideBytes = 1 << 20
    private static let what = "a data set that was spilled"

    /// Each file has a key of its own, which the session's key and its salt make.
    private func fileKey(of spilled: SpilledBlob) -> SymmetricKey {
        self.key.memory.withBytes { bytes in
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: bytes), salt: spilled.salt,
                info: Array("assay spill".utf8), outputByteCount: SecretKey.byteCount)
        }
    }
}

/// A data set on disk; the file goes with the last who holds this.
struct SpilledBlob: Sendable {
    let blob: Blob
    let file: Descriptor
    /// Random, so that no two files have one key.
    let salt: [UInt8]

    init(blob: Blob, file: Descriptor) {
        self.blob = blob
        self.file = file
        self.salt = (0..<16).map { _ in UInt8.random(in: 0...255) }
    }
}
