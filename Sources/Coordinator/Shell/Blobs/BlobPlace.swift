import Wire

/// Where a store keeps its bytes: files, or memory.
///
/// A place writes, names and opens. What arrives is measured and hashed by `BlobDraft`, so that it
/// is judged in one way wherever it goes.
protocol BlobPlace: Sendable {
    /// What lies there.
    func count() throws(BlobError) -> BlobStore.Totals

    /// The blob of this name, when it is there.
    func find(_ digest: Digest) -> Blob?

    /// Whether it was noted that he brought it.
    func isBrought(_ digest: Digest, by bringer: BlobBringer) -> Bool

    /// Notes, for as long as the bytes last, that he brought it.
    func note(_ digest: Digest, broughtBy bringer: BlobBringer) throws(BlobError)

    /// Opens a blob for reading.
    func open(_ digest: Digest) throws(BlobError) -> any BlobContent

    /// How many bytes could be written now; nil when nobody can say.
    func free() -> UInt64?

    /// Somewhere to write a blob that is still arriving.
    func makePage(for announced: Blob) throws(BlobError) -> any BlobPage
}

/// Where one blob is written before it has a name; it vanishes with its owner unless it was kept.
protocol BlobPage: Sendable {
    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(BlobError)

    /// Gives what was written its name; from then on nobody changes it.
    ///
    /// - Requires: the bytes are what the blob says. Nothing is written afterwards.
    mutating func keep(as blob: Blob) throws(BlobError) -> BlobKeeping
}

enum BlobKeeping {
    case new
    /// The same bytes lay there before.
    case known
}

extension BlobError {
    static func missing(_ digest: Digest) -> Self {
        Self(.missing, "the head holds no blob \(digest)")
    }
}
