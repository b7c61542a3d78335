import Crypto
import Foundation
import Testing
import Wire

@testable import CoordinatorShell

@Suite struct BlobStoreTests {
    /// What a store promises, it promises wherever it keeps its bytes.
    enum Place: CaseIterable { case directory, memory }

    let scratch: ScratchDirectory

    init() throws { self.scratch = try ScratchDirectory() }

    @Test(arguments: Place.allCases)
    func `bytes are stored under their digest and counted once`(place: Place) throws {
        let store = try self.store(place)
        let bytes = Array("the quick brown fox".utf8)
        let blob = Self.blob(bytes)
        for _ in 1...2 { try Self.put(bytes, as: blob, in: store) }

        #expect(store.find(blob.digest) == blob)
        #expect(store.held == BlobStore.Totals(blobs: 1, bytes: blob.size))
        #expect(try Self.read(blob, from: store) == bytes)
    }

    @Test(arguments: Place.allCases)
    func `who brought a blob finds it, and nobody else`(place: Place) throws {
        let store = try self.store(place)
        let blob = Self.blob([1, 2, 3])
        let trial = BlobBringer.trial(TrialID(JobID(1), 2))
        try Self.put([1, 2, 3], as: blob, in: store)
        #expect(store.find(blob.digest, broughtBy: .owner("user/ada")) == nil)
        for _ in 1...2 {
            for bringer in [trial, .owner("user/ada")] {
                try store.note(blob, broughtBy: bringer)
                #expect(store.find(blob.digest, broughtBy: bringer) == blob)
            }
        }
        for stranger in ["user/eve", "operator/ada", "user/ad", "j1/2"] {
            #expect(store.find(blob.digest, broughtBy: .owner(stranger)) == nil)
        }
        #expect(store.find(blob.digest, broughtBy: .trial(TrialID(JobID(12), 0))) == nil)
        #expect(store.held.blobs == 1)

        guard place == .directory else { return }
        let again = try self.store(place)
        #expect(again.find(blob.digest, broughtBy: trial) == blob)
        #expect(again.held.blobs == 1)
    }

    @Test(arguments: Place.allCases)
    func `what arrives in pieces is one blob, and so is nothing`(place: Place) throws {
        let store = try self.store(place)
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        let blob = Self.blob(bytes)
        let draft = try store.begin(blob)
        for start in stride(from: 0, to: bytes.count, by: 7000) {
            try Self.append(Array(bytes[start..<min(bytes.count, start + 7000)]), to: draft)
        }
        try draft.finish()
        #expect(try store.open(blob.digest).size == blob.size)
        #expect(try Self.read(blob, from: store) == bytes)

        try Self.put([], as: Self.blob([]), in: store)
        #expect(store.find(Self.blob([]).digest)?.size == 0)
    }

    @Test(arguments: Place.allCases, [[1, 2, 3, 4], [1, 2], [9, 9, 9]] as [[UInt8]])
    func `what is not as announced is refused and leaves nothing`(
        place: Place, bytes: [UInt8]
    ) throws {
        let store = try self.store(place)
        let announced = Self.blob([1, 2, 3])
        let error = #expect(throws: BlobError.self) {
            try Self.put(bytes, as: announced, in: store)
        }
        #expect(error?.code == .mismatch)
        #expect(store.find(announced.digest) == nil)
        #expect(store.held == BlobStore.Totals())
        #expect(try self.drafts(place).isEmpty)
    }

    @Test(arguments: Place.allCases)
    func `a blob that is longer than blobs may be is refused before it is sent`(
        place: Place
    ) throws {
        let store = try self.store(place)
        let digest = Self.blob([1]).digest
        for size in [Limits.blobBytesMax + 1, UInt64.max] {
            let error = #expect(throws: BlobError.self) {
                try store.begin(Blob(digest: digest, size: size))
            }
            #expect(error?.code == .tooLarge)
        }
    }

    @Test(arguments: Place.allCases)
    func `what one draft was promised is not promised to the next`(place: Place) throws {
        let store = try self.store(place) { BlobRoom.reserve + 5 }
        let blob = Self.blob([1, 2, 3])
        do {
            let draft = try store.begin(blob)
            let error = #expect(throws: BlobError.self) { try store.begin(blob) }
            #expect(error?.code == .tooLarge)
            #expect(error?.description == "the head has room for 2 bytes, not for 3")
            withExtendedLifetime(draft) {}
        }
        // A draft that was let go of, one that failed and one that finished gave it back.
        let failed = try store.begin(blob)
        #expect(throws: BlobError.self) { try Self.append([1, 2, 3, 4], to: failed) }
        try Self.put([1, 2, 3], as: blob, in: store)
        let last = try store.begin(blob)
        withExtendedLifetime((failed, last)) {}
    }

    @Test(arguments: Place.allCases)
    func `blobs do not take the last room, which is the journal's`(place: Place) throws {
        for free in [0, BlobRoom.reserve, BlobRoom.reserve + 2] {
            let store = try self.store(place) { free }
            let error = #expect(throws: BlobError.self) { try store.begin(Self.blob([1, 2, 3])) }
            #expect(error?.code == .tooLarge)
        }
    }

    @Test(arguments: Place.allCases)
    func `a draft that nobody finishes leaves nothing`(place: Place) throws {
        let store = try self.store(place)
        do {
            let draft = try store.begin(Self.blob([1, 2, 3]))
            try Self.append([1], to: draft)
            if place == .directory { #expect(try self.drafts(place).count == 1) }
            withExtendedLifetime(draft) {}
        }
        #expect(try self.drafts(place).isEmpty)
        #expect(store.find(Self.blob([1, 2, 3]).digest) == nil)
        #expect(store.held == BlobStore.Totals())
    }

    @Test(arguments: Place.allCases)
    func `a missing blob is an error that names it`(place: Place) throws {
        let store = try self.store(place)
        let digest = Self.blob([1]).digest
        let error = #expect(throws: BlobError.self) { try store.open(digest) }
        #expect(error?.code == .missing)
        #expect(error?.description.contains(digest.hex) == true)
    }

    // MARK: Files

    @Test func `a file is named by its digest, read-only, and no longer a draft`() throws {
        let store = try self.store(.directory)
        let blob = Self.blob([7])
        try Self.put([7], as: blob, in: store)
        let name = "blobs/sealed/\(blob.digest.hex.prefix(2))/\(blob.digest.hex)"
        #expect(try self.scratch.mode(of: name) == 0o400)
        #expect(try self.drafts(.directory).isEmpty)
    }

    @Test func `what a crash left half-written is removed at the next start`() throws {
        try Self.put([7], as: Self.blob([7]), in: try self.store(.directory))
        try Data([1]).write(to: URL(filePath: self.scratch.file("blobs/drafts/1")))

        let reopened = try self.store(.directory)
        #expect(try self.drafts(.directory).isEmpty)
        #expect(reopened.held == BlobStore.Totals(blobs: 1, bytes: 1))
    }

    @Test func `every shelf is there before the first blob is`() throws {
        _ = try self.store(.directory)
        let shelves = try self.scratch.names(in: "blobs/sealed")
        #expect(shelves.count == 256)
        #expect(shelves.first == "00" && shelves.last == "ff")
        #expect(try self.scratch.mode(of: "blobs/sealed/a7") == 0o700)
    }

    @Test func `blobs in memory are in no file`() throws {
        try Self.put([7], as: Self.blob([7]), in: try self.store(.memory))
        #expect(try self.scratch.names().isEmpty)
    }

    // MARK: Support

    private func store(
        _ place: Place, free: (@Sendable () -> UInt64?)? = nil
    ) throws -> BlobStore {
        switch place {
        case .directory:
            try BlobStore(
                .directory(
                    self.scratch.file("blobs"), keyFile: self.scratch.file("blob.key")),
                free: free)
        case .memory: try BlobStore(.memory, free: free)
        }
    }

    /// Files of what still arrives; memory has none.
    private func drafts(_ place: Place) throws -> [String] {
        try place == .directory ? self.scratch.names(in: "blobs/drafts") : []
    }

    private static func put(_ bytes: [UInt8], as blob: Blob, in store: BlobStore) throws {
        let draft = try store.begin(blob)
        try Self.append(bytes, to: draft)
        try draft.finish()
    }

    private static func append(_ bytes: [UInt8], to draft: BlobDraft) throws {
        try bytes.withUnsafeBytes { try draft.append($0) }
    }

    private static func read(_ blob: Blob, from store: BlobStore) throws -> [UInt8] {
        let content = try store.open(blob.digest)
        return try content.bytes(at: 0, upTo: Int(content.size) + 1)
    }

    private static func blob(_ bytes: [UInt8]) -> Blob {
        Blob(digest: Digest(sha256: Array(SHA256.hash(data: bytes))), size: UInt64(bytes.count))
    }
}
