import NIOCore
import NIOSSL
import Synchronization

/// The credentials that new connections use; those that stand keep what they began with.
package final class CredentialStore: Sendable {
    /// The `--certs` directory; nil for credentials that no file holds.
    package let directory: String?
    private let held: Mutex<Held>

    /// Contexts are made once for each set of credentials: making one costs as much as a handshake,
    /// and a new one forgets all session tickets of the old.
    private struct Held {
        let credentials: Credentials
        var listening: NIOSSLContext?
        var dialling: [ApplicationProtocol: NIOSSLContext] = [:]

        init(_ credentials: Credentials) { self.credentials = credentials }
    }

    /// For credentials that no file holds; `replace` renews them.
    package init(_ credentials: Credentials) {
        self.directory = nil
        self.held = Mutex(Held(credentials))
    }

    /// Loads a `--certs` directory; `reload` reads it again.
    package init(directory: String) throws(CredentialError) {
        self.directory = directory
        self.held = Mutex(Held(try Credentials(directory: directory)))
    }

    package var current: Credentials { self.held.withLock { $0.credentials } }

    /// Reads the directory again. On an error the old credentials stay in use.
    package func reload() throws(CredentialError) {
        guard let directory = self.directory else { return }
        try self.replace(with: try Credentials(directory: directory))
    }

    /// - Throws: when the new credentials name somebody else: peers know this process by its name.
    package func replace(with credentials: Credentials) throws(CredentialError) {
        try self.held.withLock { held throws(CredentialError) in
            let old = held.credentials.identity
            guard credentials.identity == old else {
                throw CredentialError(
                    "the new certificate names \(credentials.identity), but this process is \(old)")
            }
            held = Held(credentials)
        }
    }

    /// Puts fresh credentials into the directory, then into use for new connections.
    package func adopt(_ fresh: FreshCredentials) throws {
        if let directory = self.directory { try fresh.replace(in: directory) }
        try self.replace(with: fresh.credentials)
    }

    /// What the next accepted connection uses.
    func listeningContext() throws -> NIOSSLContext {
        try self.held.withLock { held in
            if let context = held.listening { return context }
            let context = try NIOSSLContext(configuration: held.credentials.listening)
            held.listening = context
            return context
        }
    }

    /// What the next dialled connection uses.
    func diallingContext(for application: ApplicationProtocol) throws -> NIOSSLContext {
        try self.held.withLock { held in
            if let context = held.dialling[application] { return context }
            let configuration = held.credentials.dialling(application)
            let context = try NIOSSLContext(configuration: configuration)
            held.dialling[application] = context
            return context
        }
    }
}

extension Credentials {
    /// TLS 1.3 only, a certificate from everybody, checked by BoringSSL against our authority
    /// (signatures, dates, `clientAuth`). Who it names is judged after ALPN.
    fileprivate var listening: TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfigurationWithMTLS(
            certificateChain: self.chain.map { .certificate($0) },
            privateKey: .privateKey(self.key), trustRoots: .certificates(self.roots))
        configuration.minimumTLSVersion = .tlsv13
        configuration.applicationProtocols = ApplicationProtocol.allCases.map(\.rawValue)
        configuration.shutdownTimeout = Self.shutdownTimeout
        return configuration
    }

    fileprivate func dialling(_ application: ApplicationProtocol) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateChain = self.chain.map { .certificate($0) }
        configuration.privateKey = .privateKey(self.key)
        configuration.trustRoots = .certificates(self.roots)
        configuration.certificateVerification = .fullVerification
        configuration.minimumTLSVersion = .tlsv13
        configuration.applicationProtocols = [application.rawValue]
        configuration.shutdownTimeout = Self.shutdownTimeout
        return configuration
    }

    /// How long a peer that does not answer our goodbye is waited for.
    private static let shutdownTimeout: TimeAmount = .seconds(1)
}
