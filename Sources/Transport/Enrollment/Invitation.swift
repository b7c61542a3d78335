import Crypto
package import Foundation
package import Privacy
import Wire

/// Lets one node become one worker, once, within minutes.
///
/// ```
/// assay-join-1.  base64url of:  4 bytes of SHA-256 over the rest | message Invitation
///                               head's address, authorities, a joiner's certificate, its key
/// ```
///
/// It is a TLS client's credentials in one line of text: the head's port shuts out everybody
/// without a certificate, and so an invitation is one. It is a secret for as long as it is good.
package struct Invitation: Sendable {
    /// Where the operator reaches the head, which the node may know under another name.
    package let head: HostAndPort
    private let authorities: [[UInt8]]
    private let chain: [[UInt8]]
    private let key: Private<[UInt8]>

    private static let mark = "assay-join-1."
    private static let checkBytes = 4

    /// - Parameters:
    ///   - chain: what the head answered to `request`, in DER.
    ///   - operator: whose authorities the node will trust.
    package init(
        to head: HostAndPort, _ chain: [[UInt8]], for request: KeyRequest,
        from operator: Credentials
    ) throws(CredentialError) {
        self.head = head
        self.chain = chain
        self.key = request.keyBytes
        self.authorities = try `operator`.authoritiesDER
        // What the node would refuse, the operator hears of.
        _ = try self.credentials(now: Date())
    }

    // MARK: As text

    /// - Throws: `CredentialError` with a sentence that repeats nothing of the text.
    package init(text: Private<String>) throws(CredentialError) {
        // A terminal may have broken the line.
        let text = text.revealed.filter { !$0.isWhitespace }
        guard text.hasPrefix(Self.mark) else {
            throw CredentialError("an invitation begins with \(Self.mark)")
        }
        guard text.utf8.count <= Limits.invitationBytesMax,
            let bytes = Data(base64URL: text.dropFirst(Self.mark.count)),
            bytes.count > Self.checkBytes
        else { throw Self.damaged }
        let body = bytes.dropFirst(Self.checkBytes)
        guard bytes.prefix(Self.checkBytes) == Self.check(of: body),
            let message = try? Assay_V1_Invitation(serializedBytes: Data(body)),
            let head = try? HostAndPort(text: message.head)
        else { throw Self.damaged }
        self.head = head
        self.authorities = message.authorities.map(Array.init)
        self.chain = message.certificates.map(Array.init)
        self.key = Private(Array(message.key))
    }

    /// One line, of 2,000 characters or so.
    package var text: Private<String> {
        get throws(CredentialError) {
            var message = Assay_V1_Invitation()
            message.head = self.head.description
            message.authorities = self.authorities.map { Data($0) }
            message.certificates = self.chain.map { Data($0) }
            message.key = Data(self.key.revealed)
            guard let body: Data = try? message.serializedBytes() else { throw Self.damaged }
            return Private(Self.mark + (Self.check(of: body) + body).base64URL)
        }
    }

    private static func check(of body: Data) -> Data {
        Data(SHA256.hash(data: body).prefix(Self.checkBytes))
    }

    private static var damaged: CredentialError {
        CredentialError("the invitation is cut short or altered; copy the whole line")
    }

    // MARK: As credentials

    /// What the node shows to the head, and whom it trusts from now on.
    ///
    /// - Throws: `CredentialError`, also when the invitation is over.
    package func credentials(now: Date) throws(CredentialError) -> Credentials {
        guard let leaf = self.chain.first, let facts = try? CertificateFacts(der: leaf),
            let key = try? P256.Signing.PrivateKey(rawRepresentation: self.key.revealed)
        else { throw Self.damaged }
        guard now <= facts.notAfter else {
            throw CredentialError(
                "the invitation ended at \(facts.notAfter.stamp); ask for another one")
        }
        let credentials = try Credentials(
            authority: self.authorityPEM, certificate: self.chain.map(PEMText.certificate).joined(),
            key: Private(key.pemRepresentation), from: "the invitation", now: now)
        try credentials.require(.joiner)
        return credentials
    }

    /// What will be the node's `ca.pem`.
    var authorityPEM: String { self.authorities.map(PEMText.certificate).joined() }
}

extension Data {
    /// Base64 for URLs and file names (RFC 4648, section 5), without padding.
    fileprivate var base64URL: String {
        String(
            self.base64EncodedString().filter { $0 != "=" }.map { character in
                switch character {
                case "+": "-"
                case "/": "_"
                default: character
                }
            })
    }

    fileprivate init?(base64URL text: Substring) {
        guard text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "/") }) else {
            return nil
        }
        let plain = text.map { character -> Character in
            switch character {
            case "-": "+"
            case "_": "/"
            default: character
            }
        }
        let padding = String(repeating: "=", count: (4 - plain.count % 4) % 4)
        self.init(base64Encoded: String(plain) + padding)
    }
}
