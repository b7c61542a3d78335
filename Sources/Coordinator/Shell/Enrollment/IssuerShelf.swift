import CertificateAuthority
import GRPCCore
import Synchronization
import Wire

/// The issuer that the head signs with, if it has one; read again when the operator says so.
final class IssuerShelf: Sendable {
    private let directory: CertificateDirectory?
    private let cluster: String
    private let issuer: Mutex<Issuer?>

    /// - Parameter directory: the head's `--certs`; nil for a head that lets nobody join.
    /// - Throws: `IssuanceError` when there is an issuer that cannot be used.
    init(directory: String?, cluster: String) throws(IssuanceError) {
        let directory = directory.map { CertificateDirectory($0) }
        self.directory = directory
        self.cluster = cluster
        self.issuer = Mutex(try directory?.readIssuer(of: cluster))
    }

    /// Reads the issuer again. On an error the old one stays in use.
    func reload() throws(IssuanceError) {
        let found = try self.directory?.readIssuer(of: self.cluster)
        self.issuer.withLock { $0 = found }
    }

    /// - Throws: `failedPrecondition` when there is none.
    func demand() throws(RPCError) -> Issuer {
        if let issuer = self.issuer.withLock({ $0 }) { return issuer }
        throw RPCError(
            code: .failedPrecondition,
            message: """
                this head has no issuer and signs no certificates: make one by assay-certs issue \
                issuer, beside the head's certificate
                """)
    }
}
