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
        var generator = SystemRandomNumberGenerator()
        let names = role == .head ? [try ServerName(address: "127.0.0.1")] : []
        let issued = try self.authority.issue(
            CertificateRequest(
                for: try self.authority.identity(role, name), serverNames: names,
                lifetime: .hours(1)),
            now: Date(), using: &generator)
        return CredentialStore(
            try Credentials(
                authority: self.authority.certificatePEM, certificate: issued.certificatePEM,
                key: issued.keyPEM))
    }
}
