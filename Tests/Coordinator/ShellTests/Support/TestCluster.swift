import CertificateAuthority
import Foundation
import Transport
import Wire

/// A cluster's authority in memory.
struct TestCluster {
    private let authority: Authority

    init(begun: Date = Date()) throws {
        var generator = SystemRandomNumberGenerator()
        self.authority = try Authority(cluster: "lab", now: begun, using: &generator)
    }

    /// Makes an issuer as `assay-certs issue issuer` does, in a directory with `ca.pem`.
    func writeIssuer(to directory: String) throws {
        var generator = SystemRandomNumberGenerator()
        let place = CertificateDirectory(directory)
        try place.write(
            issuer: self.authority.issueIssuer(
                named: "head", now: Date(), using: &generator),
            existing: .refused)
        try self.authority.certificatePEM.write(
            toFile: "\(directory)/ca.pem", atomically: true, encoding: .utf8)
    }

    func issue(
        _ role: Role, _ name: String, now: Date = Date()
    ) throws -> CredentialStore {
        let issued = try self.certificate(role, name, now: now)
        return CredentialStore(
            try Credentials(
                authority: self.authority.certificatePEM, certificate: issued.certificatePEM,
                key: issued.keyPEM, now: now))
    }

    /// Writes `ca.pem`, `cert.pem` and `key.pem`, for clients that are not ours.
    func write(_ role: Role, _ name: String, to path: String) throws {
        try CertificateDirectory(path).write(
            try self.certificate(role, name), of: self.authority, existing: .refused)
    }

    private func certificate(
        _ role: Role, _ name: String, now: Date = Date()
    ) throws -> Authority.Issued {
        var generator = SystemRandomNumberGenerator()
        let names = role == .head ? [try ServerName(address: "127.0.0.1")] : []
        return try self.authority.issue(
            CertificateRequest(
                for: try self.authority.identity(role, name), serverNames: names,
                lifetime: .hours(1)),
            now: now, using: &generator)
    }
}
