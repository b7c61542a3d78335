import Foundation
import Host
import Testing
import Wire

@testable import CoordinatorShell

/// The keys of blobs at rest: made, missed, changed for newer ones.
@Suite struct BlobKeyTests {
    let place: SealedPlace

    init() throws { self.place = try SealedPlace() }

    @Test func `a head that has no key and no blobs makes one, and says so once`() throws {
        let store = try self.place.open()
        guard case .madeKey(_, self.place.keyFile)? = store.remarks.first else {
            return #expect(Bool(false), "\(store.remarks)")
        }
        #expect(try self.place.mode(of: "blob.key") == 0o600)
        #expect(try self.place.open().remarks == [])
    }

    @Test func `without the key a start is refused, and nothing is made or touched`() throws {
        let blob = try self.place.put([1, 2, 3], in: try self.place.open())
        let before = try self.place.file(blob)
        let key = try self.place.keys
        try FileManager.default.removeItem(atPath: self.place.keyFile)

        let missing = #expect(throws: BlobError.self) { try self.place.open() }
        #expect(missing?.code == .noKey)
        #expect(missing?.description.contains("put that file back") == true)
        #expect(!FileManager.default.fileExists(atPath: self.place.keyFile))

        _ = try SecretKeyFile.make(at: self.place.keyFile)
        let wrong = #expect(throws: BlobError.self) { try self.place.open() }
        #expect(wrong?.code == .noKey)
        #expect(wrong?.description.contains("1 blobs were sealed by the key") == true)
        #expect(try self.place.file(blob) == before)

        try self.place.write(keys: key)
        #expect(try self.place.open().find(blob.digest) == blob)
    }

    @Test func `a newer key takes over, the older opens nothing, and no blob is written anew`()
        throws
    {
        let bytes = SealedPlace.bytes(200_000, seed: 3)
        let blob = try self.place.put(bytes, in: try self.place.open())
        let before = try self.place.file(blob)
        let oldKey = try self.place.keys
        let id = try SecretKeyFile.rotate(at: self.place.keyFile)

        let store = try self.place.open()
        #expect(store.remarks == [.rewrapped(1, id)])
        let after = try self.place.file(blob)
        let lead = SealedLayout.leadBytes
        #expect(after[lead...] == before[lead...])
        #expect(try self.place.mode(of: self.place.name(of: blob)) == 0o400)
        #expect(try store.open(blob.digest).bytes(at: 0, upTo: bytes.count) == bytes)
        #expect(try self.place.open().remarks == [])

        // The newest alone opens all of it, the older none of it.
        try self.place.keepNewestKey()
        #expect(try self.place.open().find(blob.digest) == blob)
        try self.place.write(keys: oldKey)
        #expect(throws: BlobError.self) { try self.place.open() }
    }

    @Test func `a crash at any moment of taking over leaves a blob that opens`() throws {
        let bytes = SealedPlace.bytes(100, seed: 3)
        let blob = try self.place.put(bytes, in: try self.place.open())
        let before = try self.place.file(blob)
        let id = try SecretKeyFile.rotate(at: self.place.keyFile)
        _ = try self.place.open()
        let after = try self.place.file(blob)

        let size = SealedLayout.headerBytes
        let old = before[..<size]
        let new = after[size..<2 * size]
        #expect(before[size..<2 * size].allSatisfy { $0 == 0 })
        #expect(after[..<size].allSatisfy { $0 == 0 })
        let torn = new.prefix(60) + Data(count: size - 60)
        let halfVoid = Data(count: 30) + old.dropFirst(30)
        for (first, second) in [(old, torn), (old, new), (halfVoid, new)] {
            try self.place.change(blob) { file in
                file.replaceSubrange(..<(2 * size), with: first + second)
            }
            let store = try self.place.open()
            #expect(try store.open(blob.digest).bytes(at: 0, upTo: 100) == bytes)
            // And the taking over is finished, whatever was there.
            let keys = try self.place.keys
            try self.place.keepNewestKey()
            #expect(try self.place.open().find(blob.digest) == blob)
            try self.place.write(keys: keys)
        }
        #expect(try SecretKeyFile.read(self.place.keyFile)?.first?.id == id)
    }

    @Test func `when one blob needs a key that is not there, none is sealed anew`() throws {
        let first = try self.place.put([1], in: try self.place.open())
        let oldKeys = try self.place.keys
        try FileManager.default.removeItem(atPath: self.place.keyFile)
        let stranger = try SealedPlace()
        let second = try stranger.put([2], in: try stranger.open())
        try self.place.adopt(second, from: stranger)

        try self.place.write(keys: oldKeys)
        _ = try SecretKeyFile.rotate(at: self.place.keyFile)
        let before = try self.place.file(first)
        let error = #expect(throws: BlobError.self) { try self.place.open() }
        #expect(error?.code == .noKey)
        #expect(try self.place.file(first) == before)
    }

    @Test func `a file that others can read, or that holds no key, is refused`() throws {
        _ = try self.place.open()
        try self.place.set(mode: 0o640, of: self.place.keyFile)
        let loose = #expect(throws: BlobError.self) { try self.place.open() }
        #expect(loose?.description.contains("chmod 600") == true)
        try self.place.set(mode: 0o600, of: self.place.keyFile)
        try self.place.write(keys: "none\n")
        let void = #expect(throws: BlobError.self) { try self.place.open() }
        #expect(void?.code == .noKey)
        #expect(void?.description.contains("assay-certs blob-key") == true)
    }
}
