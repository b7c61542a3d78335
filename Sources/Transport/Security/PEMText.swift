import CertificateAuthority
import Foundation
import NIOSSL
import Privacy
import SwiftASN1
import Wire
import X509

/// The text of a PEM file, and where it came from, so that every complaint names the place and
/// none the text: it may be a key's.
struct PEMText {
    private let text: Private<String>
    let place: String

    struct Item {
        let certificate: Certificate
        let der: [UInt8]
    }

    init(_ text: Private<String>, from place: String) {
        self.text = text
        self.place = place
    }

    init(_ text: String, from place: String) { self.init(Private(text), from: place) }

    init(_ bytes: [UInt8], from place: String) {
        self.init(String(decoding: bytes, as: UTF8.self), from: place)
    }

    /// A certificate's DER as PEM.
    static func certificate(_ der: [UInt8]) -> String {
        PEMDocument(type: Certificate.defaultPEMDiscriminator, derBytes: der).pemString + "\n"
    }

    /// One certificate or more, in the order of the file.
    func certificates() throws(CredentialError) -> [Item] {
        let items: [Item]
        do {
            items = try PEMDocument.parseMultiple(pemString: self.text.revealed).map { document in
                let certificate = try Certificate(pemDocument: document)
                return Item(certificate: certificate, der: document.derBytes)
            }
        } catch {
            throw CredentialError("\(self.place) holds something else than certificates in PEM")
        }
        guard !items.isEmpty else { throw CredentialError("\(self.place) holds no certificate") }
        return items
    }

    func facts(_ item: Item) throws(CredentialError) -> CertificateFacts {
        do {
            return try CertificateFacts(item.certificate, der: item.der)
        } catch {
            throw CredentialError("\(self.place) holds a certificate with unreadable extensions")
        }
    }

    /// The serial numbers of revocation lists, of which each must be signed by an authority.
    ///
    /// The word `none` stands for no list, for those who must hand over a file: systemd does. An
    /// empty file is an error, since it may be one that was cut off.
    func revoked(by authorities: [Certificate]) throws(CredentialError) -> Set<SerialNumber> {
        if ["none", "none\n"].contains(self.text) { return [] }
        do throws(IssuanceError) {
            let lists = try RevocationList.read(pem: self.text.revealed, signedBy: authorities)
            return lists.reduce(into: []) { $0.formUnion($1.serials) }
        } catch {
            throw CredentialError("\(self.place): \(error.reason)")
        }
    }

    /// The same as `privateKey()`, for TLS.
    func keyForTLS() throws -> NIOSSLPrivateKey {
        try NIOSSLPrivateKey(bytes: Array(self.text.revealed.utf8), format: .pem)
    }

    func privateKey() throws(CredentialError) -> Certificate.PrivateKey {
        do {
            return try Certificate.PrivateKey(pemEncoded: self.text.revealed)
        } catch {
            throw CredentialError("\(self.place) holds no private key in PEM")
        }
    }
}
