import CoordinatorShell
import Crypto
import Foundation
import Testing
import Wire

@Suite struct BlobStoreTests {
    let scratch: ScratchDirectory
    let store: BlobStore

    init() throws {
        self.scratch = try ScratchDirectory()
        self.store = try BlobStore(at: self.scratch.file("blobs"))
    }

    @Test func `bytes are stored under their digest, read-only, and counted once`() throws {
        let bytes = Array("the quick brown fox".utf8)
        let blob = Self.blob(bytes)
        for _ in 1...2 { try self.put(bytes, as: blob) }

        #expect(self.store.find(blob.digest) == blob)
        #expect(self.store.held == BlobStore.Totals(blobs: 1, bytes: blob.size))
        let name = "blobs/sha256/\(blob.digest.hex.prefix(2))/\(blob.digest.hex)"
        #expect(try self.scratch.mode(of: name) == 0o400)
        #expect(try Data(contentsOf: URL(filePath: self.scratch.file(name))) == Data(bytes))
        #expect(try self.scratch.names(in: "blobs/drafts").isEmpty)
    }

    @Test func `what arrives in pieces is one blob, and so is nothing`() throws {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        let blob = Self.blob(bytes)
        let draft = try self.store.begin(blob)
        for start in stride(from: 0, to: bytes.count, by: 7000) {
            try Self.append(Array(bytes[start..<min(bytes.count, start + 7000)]), to: draft)
        }
        try draft.finish()
        #expect(try self.store.open(blob.digest).size == blob.size)

        try self.put([], as: Self.blob([]))
        #expect(self.store.find(Self.blob([]).digest)?.size == 0)
    }

    @Test(arguments: [[1, 2, 3, 4], [1, 2], [9, 9, 9]] as [[UInt8]])
    func `what is not as announced is refused and leaves nothing`(bytes: [UInt8]) throws {
        let announced = Self.blob([1, 2, 3])
        let error = #expect(throws: BlobError.self) { try self.put(bytes, as: announced) }
        #expect(error?.code == .mismatch)
        #expect(self.store.find(announced.digest) == nil)
        #expect(try self.scratch.names(in: "blobs/drafts").isEmpty)
    }

    @Test func `a blob that is longer than blobs may be is refused before it is sent`() throws {
        let digest = Self.blob([1]).digest
        for size in [Limits.blobBytesMax + 1, UInt64.max] {
            let error = #expect(throws: BlobError.self) {
                try self.store.begin(Blob(digest: digest, size: size))
            }
            #expect(error?.code == .tooLarge)
        }
    }

    @Test func `a draft that nobody finishes is removed`() throws {
        do {
            let draft = try self.store.begin(Self.blob([1, 2, 3]))
            try Self.append([1], to: draft)
            #expect(try self.scratch.names(in: "blobs/drafts").count == 1)
        }
        #expect(try self.scratch.names(in: "blobs/drafts").isEmpty)
    }

    @Test func `what a crash left half-written is removed at the next start`() throws {
        try self.put([7], as: Self.blob([7]))
        try Data([1]).write(to: URL(filePath: self.scratch.file("blobs/drafts/1")))

        let reopened = try BlobStore(at: self.scratch.file("blobs"))
        #expect(try self.scratch.names(in: "blobs/drafts").isEmpty)
        #expect(reopened.held == BlobStore.Totals(blobs: 1, bytes: 1))
    }

    @Test func `a missing blob is an error that names it`() throws {
        let digest = Self.blob([1]).digest
        let error = #expect(throws: BlobError.self) { try self.store.open(digest) }
        #expect(error?.code == .missing)
        #expect(error?.description.contains(digest.hex) == true)
    }

    private func put(_ bytes: [UInt8], as blob: Blob) throws {
        let draft = try self.store.begin(blob)
        try Self.append(bytes, to: draft)
        try draft.finish()
    }

    private static func append(_ bytes: [UInt8], to draft: BlobDraft) throws {
        try bytes.withUnsafeBytes { try draft.append($0) }
    }

    private static func blob(_ bytes: [UInt8]) -> Blob {
        Blob(digest: Digest(sha256: Array(SHA256.hash(data: bytes))), size: UInt64(bytes.count))
    }
}
