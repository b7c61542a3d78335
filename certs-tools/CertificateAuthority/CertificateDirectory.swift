package import FoundationEssentials
import Glibc
import Host
package import Wire

/// Where certificates and keys lie.
///
/// ```
/// authority   0700    ca.pem 0644    ca-key.pem 0600    crl.pem 0644
/// member      0700    ca.pem 0644    cert.pem   0644    key.pem 0600
/// head        0700    as above, and  issuer.pem 0644    issuer-key.pem 0600
/// ```
///
/// The last two are what `--certs` of the daemons and clients takes. File names are ours and fixed:
/// no part of what somebody asks for becomes part of a path.
package struct CertificateDirectory: Sendable {
    package let path: String

    package init(_ path: String) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    private enum File: String {
        case authority = "ca.pem"
        case authorityKey = "ca-key.pem"
        case certificate = "cert.pem"
        case key = "key.pem"
        case revocations = "crl.pem"
        case issuer = "issuer.pem"
        case issuerKey = "issuer-key.pem"
    }

    /// What becomes of a member's certificate that is there already.
    package enum Existing: Sendable {
        case refused
        case replaced
    }

    // MARK: Authority

    package func write(_ authority: Authority) throws(IssuanceError) {
        try self.prepare(for: [.authority, .authorityKey], existing: .refused)
        // The key first: a certificate without its key would look like an authority that lost it.
        try self.write(authority.keyPEM.revealed, to: .authorityKey, .owner, .refused)
        try self.write(try authority.certificatePEM, to: .authority, .everyone, .refused)
    }

    /// - Throws: `IssuanceError` when group or world can reach the key.
    package func readAuthority() throws(IssuanceError) -> Authority {
        let key = try Self.host { () throws(HostError) in
            try SecretFile.read(self.path(of: .authorityKey))
        }
        let certificate = try CertificateFile.read(self.path(of: .authority))
        return try Authority(
            certificatePEM: certificate, keyPEM: key.text)
    }

    /// Adds to the authority's list of what it has revoked, and writes the new list in place of the
    /// old one.
    ///
    /// - Throws: `IssuanceError` also when the list that is there is not the authority's.
    package func revoke(
        _ serials: [SerialNumber], now: Date
    ) throws(IssuanceError) -> RevocationList {
        let authority = try self.readAuthority()
        let (list, pem) = try authority.revoke(
            serials, after: try self.readRevocations(of: authority), now: now)
        try self.write(pem, to: .revocations, .everyone, .replaced)
        return list
    }

    /// The newest list; nil while nothing was ever revoked.
    private func readRevocations(
        of authority: Authority
    ) throws(IssuanceError) -> RevocationList? {
        let path = self.path(of: .revocations)
        guard access(path, F_OK) == 0 || errno != ENOENT else { return nil }
        let pem = try CertificateFile.read(path, upTo: Limits.revocationListBytesMax)
        do {
            return try RevocationList.read(pem: pem, signedBy: [authority.certificate])
                .max { $0.number < $1.number }
        } catch {
            throw IssuanceError(error.code, "\(path): \(error.reason)")
        }
    }

    // MARK: Member

    /// Writes what a daemon or client needs.
    package func write(
        _ issued: Authority.Issued, of authority: Authority, existing: Existing
    ) throws(IssuanceError) {
        try self.prepare(for: [.authority, .certificate, .key], existing: existing)
        let existing: AtomicFile.Existing = existing == .refused ? .refused : .replaced
        try self.write(issued.keyPEM.revealed, to: .key, .owner, existing)
        try self.write(issued.certificatePEM, to: .certificate, .everyone, existing)
        try self.write(try authority.certificatePEM, to: .authority, .everyone, existing)
    }

    // MARK: Issuer

    /// Writes what a head needs besides to let workers join.
    package func write(
        issuer issued: Authority.Issued, existing: Existing
    ) throws(IssuanceError) {
        try self.prepare(for: [.issuer, .issuerKey], existing: existing)
        let existing: AtomicFile.Existing = existing == .refused ? .refused : .replaced
        try self.write(issued.keyPEM.revealed, to: .issuerKey, .owner, existing)
        try self.write(issued.certificatePEM, to: .issuer, .everyone, existing)
    }

    /// - Parameter cluster: the one that the issuer must be of.
    /// - Returns: nil when the directory has no issuer.
    package func readIssuer(of cluster: String) throws(IssuanceError) -> Issuer? {
        let places = [File.issuer, .issuerKey].map(self.path)
        if places.allSatisfy({ access($0, F_OK) != 0 && errno == ENOENT }) { return nil }
        let certificate = try CertificateFile.read(self.path(of: .issuer))
        let authorities = try CertificateFile.read(self.path(of: .authority))
        let key = try Self.host { () throws(HostError) in
            try SecretFile.read(self.path(of: .issuerKey))
        }
        do {
            return try Issuer(
                certificatePEM: certificate, keyPEM: key.text,
                cluster: cluster, authorities: authorities)
        } catch {
            throw IssuanceError(error.code, "\(self.path(of: .issuer)): \(error.reason)")
        }
    }

    // MARK: Files

    /// Makes the directory where it is missing, and looks before anything is written.
    private func prepare(for files: [File], existing: Existing) throws(IssuanceError) {
        let outcome = try Self.host { () throws(HostError) in
            try PrivateDirectory.ensure(self.path, others: .mayRead)
        }
        if outcome == .made { return }
        guard existing == .refused else { return }
        for file in files where access(self.path(of: file), F_OK) == 0 {
            throw IssuanceError(
                .exists,
                "\(self.path(of: file)) is there already; name another directory or remove it")
        }
    }

    private func write(
        _ text: String, to file: File, _ readers: AtomicFile.Readers,
        _ existing: AtomicFile.Existing
    ) throws(IssuanceError) {
        try Self.host { () throws(HostError) in
            try AtomicFile.write(
                Array(text.utf8), to: self.path(of: file), readers: readers, existing: existing)
        }
    }

    private func path(of file: File) -> String {
        self.path == "/" ? "/\(file.rawValue)" : "\(self.path)/\(file.rawValue)"
    }

    private static func host<Answer>(
        _ body: () throws(HostError) -> Answer
    ) throws(IssuanceError) -> Answer {
        do throws(HostError) {
            return try body()
        } catch {
            throw IssuanceError(error)
        }
    }
}

/// Certificates are public: any file that can be read will do.
package enum CertificateFile {
    /// A chain of a few certificates in PEM is smaller than this, in bytes.
    package static let bytesMax = 64 << 10

    package static func read(
        _ path: String, upTo bytesMax: Int = Self.bytesMax
    ) throws(IssuanceError) -> String {
        let number = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else {
            throw IssuanceError(HostError(failedTo: "open \(path)", errno))
        }
        do throws(HostError) {
            let bytes = try Descriptor(adopting: number).read(upTo: bytesMax, from: path)
            return String(decoding: bytes, as: UTF8.self)
        } catch {
            throw IssuanceError(error)
        }
    }
}
