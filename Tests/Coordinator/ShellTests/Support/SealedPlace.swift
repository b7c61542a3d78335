import Crypto
import Foundation
import Glibc
import Host
import Wire

@testable import CoordinatorShell

/// A directory of blobs and its keys, and what somebody could do to them.
final class SealedPlace: Sendable {
    private let scratch: ScratchDirectory
    var keyFile: String { self.scratch.file("blob.key") }

    init() throws { self.scratch = try ScratchDirectory() }

    func open() throws -> BlobStore {
        try BlobStore(.directory(self.scratch.file("blobs"), keyFile: self.keyFile))
    }

    @discardableResult
    func put(_ bytes: [UInt8], in store: BlobStore) throws -> Blob {
        let blob = Self.blob(bytes)
        let draft = try store.begin(blob)
        // In pieces that fit no chunk.
        for start in stride(from: 0, to: bytes.count, by: 50_001) {
            let piece = Array(bytes[start...].prefix(50_001))
            try piece.withUnsafeBytes { try draft.append($0) }
        }
        try draft.finish()
        return blob
    }

    // MARK: Files

    func name(of blob: Blob) -> String {
        "blobs/sealed/\(blob.digest.hex.prefix(2))/\(blob.digest.hex)"
    }

    func file(_ blob: Blob) throws -> Data {
        try Data(contentsOf: URL(filePath: self.scratch.file(self.name(of: blob))))
    }

    func change(_ blob: Blob, _ body: (inout Data) -> Void) throws {
        var file = try self.file(blob)
        body(&file)
        try self.replace(self.name(of: blob), with: file)
    }

    /// Puts another's file among ours.
    func adopt(_ blob: Blob, from other: SealedPlace) throws {
        try self.replace(self.name(of: blob), with: try other.file(blob))
    }

    private func replace(_ name: String, with bytes: Data) throws {
        let path = self.scratch.file(name)
        unlink(path)
        try bytes.write(to: URL(filePath: path))
        try self.set(mode: 0o400, of: path)
    }

    func set(mode: Int, of path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    func mode(of name: String) throws -> Int { try self.scratch.mode(of: name) }
    func names(in folder: String) throws -> [String] { try self.scratch.names(in: folder) }

    /// As a head before this one kept blobs.
    func writePlain(_ bytes: [UInt8], as blob: Blob? = nil) throws -> Blob {
        let blob = blob ?? Self.blob(bytes)
        let shelf = "blobs/sha256/\(blob.digest.hex.prefix(2))"
        try FileManager.default.createDirectory(
            atPath: self.scratch.file(shelf), withIntermediateDirectories: true)
        for folder in ["blobs", "blobs/sha256", shelf] {
            try self.set(mode: 0o700, of: self.scratch.file(folder))
        }
        try self.replace("\(shelf)/\(blob.digest.hex)", with: Data(bytes))
        return blob
    }

    func filesHolding(_ text: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: self.scratch.path).filter { name in
            let bytes = FileManager.default.contents(atPath: self.scratch.file(name))
            return bytes?.range(of: Data(text.utf8)) != nil
        }
    }

    // MARK: Keys

    var keys: String { get throws { try String(contentsOfFile: self.keyFile, encoding: .utf8) } }

    func write(keys text: String) throws {
        try text.write(toFile: self.keyFile, atomically: false, encoding: .utf8)
        try self.set(mode: 0o600, of: self.keyFile)
    }

    func keepNewestKey() throws {
        let lines = try self.keys.split(separator: "\n")
        try self.write(keys: "\(lines.first { !$0.hasPrefix("#") } ?? "")\n")
    }

    // MARK: Bytes

    static func blob(_ bytes: [UInt8]) -> Blob {
        Blob(digest: Digest(sha256: Array(SHA256.hash(data: bytes))), size: UInt64(bytes.count))
    }

    static func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
    }
}
