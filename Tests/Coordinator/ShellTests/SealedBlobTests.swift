import Foundation
import Host
import Testing
import Wire

@testable import CoordinatorShell

/// How blobs lie at rest: nothing of them is to be read there, and nothing changes unseen.
@Suite struct SealedBlobTests {
    let place: SealedPlace

    init() throws { self.place = try SealedPlace() }

    private static let chunk = SealedChunks.chunkBytes

    @Test(arguments: [0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk, 3 * chunk + 17])
    func `a blob of any length comes back, and any part of it by itself`(count: Int) throws {
        let store = try self.place.open()
        let bytes = SealedPlace.bytes(count, seed: 1)
        let blob = try self.place.put(bytes, in: store)
        #expect(store.find(blob.digest) == blob)
        let content = try store.open(blob.digest)
        #expect(content.size == UInt64(count))
        #expect(try content.bytes(at: 0, upTo: count) == bytes)
        for start in [0, 1, Self.chunk - 1, Self.chunk, 2 * Self.chunk + 5] where start <= count {
            for length in [0, 1, Self.chunk, Self.chunk + 1, count] {
                let part = try content.bytes(at: UInt64(start), upTo: length)
                #expect(part == Array(bytes[start...].prefix(length)))
            }
        }
        #expect(try content.bytes(at: UInt64(count) + 9, upTo: 10).isEmpty)
        let length = try self.place.file(blob).count
        #expect(UInt64(length) == SealedLayout.fileBytes(of: UInt64(count)))
        #expect(SealedLayout.size(ofFile: UInt64(length)) == UInt64(count))
        #expect(store.held == BlobStore.Totals(blobs: 1, bytes: UInt64(count)))
        #expect(try self.place.open().held == store.held)
    }

    @Test func `no file of the store holds what was brought, also not while it arrives`() throws {
        let store = try self.place.open()
        let canary = "canary-3b19"
        let bytes = Array(String(repeating: canary, count: 40_000).utf8)
        let draft = try store.begin(SealedPlace.blob(bytes))
        try bytes.withUnsafeBytes { try draft.append($0) }
        #expect(try self.place.filesHolding(canary) == [])
        try draft.finish()
        #expect(try self.place.filesHolding(canary) == [])
        #expect(try store.open(draft.announced.digest).bytes(at: 0, upTo: 11) == Array(canary.utf8))
    }

    @Test func `the same bytes are sealed differently each time, by a key of their own`() throws {
        let store = try self.place.open()
        let bytes = SealedPlace.bytes(100, seed: 1)
        let blob = try self.place.put(bytes, in: store)
        let first = try self.place.file(blob)
        try self.place.put(bytes, in: store)
        let second = try self.place.file(blob)
        #expect(first.count == second.count)
        #expect(first[SealedLayout.leadBytes...] != second[SealedLayout.leadBytes...])
    }

    /// What somebody with a hand on the disk could do to a file of three chunks.
    enum Change: CaseIterable {
        case bitInHeader, bitInKey, bitInChunk, bitInTag, chunkLess, bytesLess, chunkMore
        case chunksSwapped, chunkRepeated, chunkOfAnother, headerOfAnother, nothingLeft
    }

    @Test(arguments: Change.allCases)
    func `whatever is changed in a file is found, and no wrong byte is given`(
        change: Change
    ) throws {
        let store = try self.place.open()
        let bytes = SealedPlace.bytes(3 * Self.chunk, seed: 1)
        let blob = try self.place.put(bytes, in: store)
        let other = try self.place.put(SealedPlace.bytes(3 * Self.chunk, seed: 2), in: store)
        let foreign = try self.place.file(other)
        try self.place.change(blob) { file in
            let sealed = Self.chunk + SealedChunks.tagBytes
            let lead = SealedLayout.leadBytes
            let first = lead..<lead + sealed
            let second = first.upperBound..<first.upperBound + sealed
            switch change {
            case .bitInHeader: file[15] ^= 1
            case .bitInKey: file[50] ^= 0x80
            case .bitInChunk: file[second.lowerBound + 7] ^= 4
            case .bitInTag: file[second.upperBound - 1] ^= 1
            case .chunkLess: file.removeLast(sealed)
            case .bytesLess: file.removeLast(9)
            case .chunkMore: file += file[second]
            case .chunksSwapped:
                let both = file[second] + file[first]
                file.replaceSubrange(first.lowerBound..<second.upperBound, with: both)
            case .chunkRepeated: file.replaceSubrange(second, with: file[first])
            case .chunkOfAnother: file.replaceSubrange(second, with: foreign[second])
            case .headerOfAnother: file.replaceSubrange(..<lead, with: foreign[..<lead])
            case .nothingLeft: file = Data()
            }
        }
        let error = #expect(throws: BlobError.self) {
            _ = try store.open(blob.digest).bytes(at: 0, upTo: bytes.count)
        }
        #expect(error?.code == .damaged)
        // A head starts nevertheless: one blob is damaged, and not all of them lost.
        let again = try self.place.open()
        #expect(again.find(other.digest) == other)
    }

    @Test func `a blob under the name of another is none`() throws {
        let store = try self.place.open()
        let blob = try self.place.put(SealedPlace.bytes(50, seed: 1), in: store)
        let other = try self.place.put(SealedPlace.bytes(50, seed: 2), in: store)
        let file = try self.place.file(other)
        try self.place.change(blob) { $0 = file }
        #expect(store.find(blob.digest) == nil)
        #expect(throws: BlobError.self) { try store.open(blob.digest) }
    }

    @Test func `what is damaged may be brought again`() throws {
        let bytes = SealedPlace.bytes(50, seed: 1)
        let blob = try self.place.put(bytes, in: try self.place.open())
        try self.place.change(blob) { $0[40] ^= 1 }
        let store = try self.place.open()
        #expect(store.remarks == [.damaged([blob.digest])])
        #expect(store.find(blob.digest) == nil)
        try self.place.put(bytes, in: store)
        #expect(try store.open(blob.digest).bytes(at: 0, upTo: 50) == bytes)
        #expect(try self.place.open().remarks == [])
    }

    @Test func `blobs of an older version are sealed at the start, and their files are gone`()
        throws
    {
        let canary = "canary-77e0"
        let texts = [canary, canary + String(repeating: "x", count: 200_000), ""]
        let blobs = try texts.map { try self.place.writePlain(Array($0.utf8)) }
        let lie = try self.place.writePlain(Array("changed".utf8), as: SealedPlace.blob([1]))
        #expect(try self.place.filesHolding(canary).count == 2)

        let store = try self.place.open()
        #expect(store.remarks.contains(.sealed(3)))
        #expect(store.remarks.contains(.damaged([lie.digest])))
        #expect(try self.place.filesHolding(canary) == [])
        #expect(try self.place.names(in: "blobs") == ["bringers", "drafts", "sealed"])
        for (text, blob) in zip(texts, blobs) {
            let bytes = try store.open(blob.digest).bytes(at: 0, upTo: text.utf8.count)
            #expect(bytes == Array(text.utf8))
        }
        #expect(store.held.blobs == 3)
        // A crash after one was sealed, and before its file was removed.
        _ = try self.place.writePlain(Array(canary.utf8))
        let again = try self.place.open()
        #expect(again.held.blobs == 3)
        #expect(try self.place.filesHolding(canary) == [])
    }
}
