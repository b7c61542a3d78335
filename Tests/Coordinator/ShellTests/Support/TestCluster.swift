import CertificateAuthority
import Foundation
import Transport
import Wire

/// A cluster's authority in memory.
struct TestCluster {
    private let authority: Authority

    init() throws {
        var generator = SystemRandomNumberGenerator()
        self.authority = try Authority(cluster: "lab", now: Date(), using: &generator)
    }

    func issue(_ role: Role, _ name: String) throws -> CredentialStore {
        let issued = try self.certificate(role, name)
        return CredentialStore(
            try Credentials(
                authority: self.authority.certificatePEM, certificate: issued.certificatePEM,
                key: issued.keyPEM))
    }

    /// Writes `ca.pem`, `cert.pem` and `key.pem`, for clients that are not ours.
    func write(_ role: Role, _ name: String, to path: String) throws {
        try CertificateDirectory(path).write(
            try self.certificate(role, name), of: self.authority, existing: .refused)
    }

    private func certificate(_ role: Role, _ name: String) throws -> Authority.Issued {
        var generator = SystemRandomNumberGenerator()
        let names = role == .head ? [try ServerName(address: "127.0.0.1")] : []
        return try self.authority.issue(
            CertificateRequest(
                for: try self.authority.identity(role, name), serverNames: names,
                lifetime: .hours(1)),
            now: Date(), using: &generator)
    }
}
