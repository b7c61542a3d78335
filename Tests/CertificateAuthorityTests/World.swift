import CertificateAuthority
import Foundation
import Glibc
import Wire

/// An authority at a fixed moment, with seeded serial numbers.
struct World {
    let noon = Date(timeIntervalSince1970: 1_795_435_200)
    var chance = Seeded()
    let authority: Authority

    init() throws {
        var chance = Seeded()
        self.authority = try Authority(cluster: "north", now: self.noon, using: &chance)
        self.chance = chance
    }

    mutating func issue(
        _ role: Role, _ name: String = "a1", serverNames: [ServerName] = [],
        lifetime: Duration? = nil, now: Date? = nil
    ) throws -> Authority.Issued {
        let request = try CertificateRequest(
            for: try self.authority.identity(role, name), serverNames: serverNames,
            lifetime: lifetime)
        return try self.authority.issue(request, now: now ?? self.noon, using: &self.chance)
    }

    mutating func head() throws -> Authority.Issued {
        try self.issue(
            .head,
            serverNames: [
                ServerName(host: "head.example"), ServerName(address: "127.0.0.1"),
                ServerName(address: "::1"),
            ])
    }
}

struct Seeded: RandomNumberGenerator {
    private var state: UInt64 = 7

    /// SplitMix64.
    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// A directory of a test's own, gone with the object.
final class Scratch: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/assay-certs-tests-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw CocoaError(.fileWriteUnknown) }
        self.path = String(cString: made)
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    subscript(name: String) -> String { "\(self.path)/\(name)" }

    func write(_ text: String, to name: String) throws -> String {
        try text.write(toFile: self[name], atomically: false, encoding: .utf8)
        return self[name]
    }

    func mode(of name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: self[name])
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
    }
}

/// The independent judge of what we make.
struct OpenSSL {
    let accepted: Bool
    let output: String

    init(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        self.accepted = process.terminationStatus == 0
        self.output = String(decoding: bytes, as: UTF8.self)
    }

    static let isInstalled = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")
}
