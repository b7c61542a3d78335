import CertificateAuthority
import Foundation
import Privacy
import Testing
import Transport
import Wire

@Suite struct CredentialsTests {
    @Test func `a directory of certificates is loaded and knows whom it names`() async throws {
        try await withDirectory { directory in
            let cluster = try TestCluster()
            try cluster.write(try cluster.issue(.worker, "anna"), to: directory)

            let credentials = try Credentials(directory: directory)

            #expect(credentials.identity.uri == "spiffe://lab/worker/anna")
            #expect(credentials.serial.bytes.count == 20)
        }
    }

    @Test func `a key that others can read is refused by name`() async throws {
        try await withDirectory { directory in
            let cluster = try TestCluster()
            try cluster.write(try cluster.issue(.worker, "anna"), to: directory)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o644], ofItemAtPath: "\(directory)/key.pem")

            let error = #expect(throws: CredentialError.self) {
                try Credentials(directory: directory)
            }
            #expect(error?.description.contains("\(directory)/key.pem has mode 0644") == true)
        }
    }

    @Test func `a missing file is named`() async throws {
        try await withDirectory { directory in
            let cluster = try TestCluster()
            try cluster.write(try cluster.issue(.worker, "anna"), to: directory)
            try FileManager.default.removeItem(atPath: "\(directory)/ca.pem")

            let error = #expect(throws: CredentialError.self) {
                try Credentials(directory: directory)
            }
            #expect(error?.description.hasPrefix("cannot open \(directory)/ca.pem") == true)
        }
    }

    @Test func `files that do not belong together are refused`() throws {
        let cluster = try TestCluster()
        let anna = try cluster.issue(.worker, "anna")
        let bela = try cluster.issue(.worker, "bela")
        let other = try TestCluster("lab")

        #expect(
            Self.refusal(cluster, anna.certificatePEM, bela.keyPEM)
                == "key.pem is not the key of the certificate in cert.pem")
        #expect(
            Self.refusal(other, anna.certificatePEM, anna.keyPEM)
                == "cert.pem was not issued by an authority in ca.pem")
        #expect(
            Self.refusal(cluster, anna.keyPEM.revealed, anna.keyPEM)
                == "cert.pem holds something else than certificates in PEM")
        #expect(Self.refusal(cluster, "", anna.keyPEM) == "cert.pem holds no certificate")
        #expect(
            Self.refusal(cluster, anna.certificatePEM, "")
                == "key.pem holds no private key in PEM")
    }

    @Test func `what does not name one identity today is refused`() throws {
        let cluster = try TestCluster()

        let two = try cluster.issue(
            .init(uris: ["spiffe://lab/worker/a", "spiffe://lab/worker/b"]))
        #expect(
            Self.refusal(cluster, two.certificatePEM, two.keyPEM)?.contains("2 URI names") == true)
        let none = try cluster.issue(.init(uris: []))
        #expect(
            Self.refusal(cluster, none.certificatePEM, none.keyPEM)?.contains("0 URI names") == true
        )
        let old = try cluster.issue(.init(begin: Date() - 90, end: Date() - 60))
        #expect(
            Self.refusal(cluster, old.certificatePEM, old.keyPEM)?.contains("expired at") == true)
        let young = try cluster.issue(.init(begin: Date() + 60, end: Date() + 90))
        #expect(
            Self.refusal(cluster, young.certificatePEM, young.keyPEM)?
                .contains("not valid before") == true)
    }

    @Test func `a reload takes a renewed certificate and no other name`() async throws {
        try await withDirectory { directory in
            let cluster = try TestCluster()
            try cluster.write(try cluster.issue(.worker, "anna"), to: directory)
            let store = try CredentialStore(directory: directory)
            let first = store.current.serial

            try cluster.write(try cluster.issue(.worker, "anna"), to: directory)
            try store.reload()
            let second = store.current.serial
            #expect(second != first)

            try cluster.write(try cluster.issue(.worker, "bela"), to: directory)
            #expect(throws: CredentialError.self) { try store.reload() }
            #expect(store.current.serial == second)
        }
    }

    @Test func `only a head's certificate opens a server`() throws {
        let error = #expect(throws: CredentialError.self) {
            try TestCluster().credentials(.worker, "anna").require(.head)
        }
        #expect(error?.description == "the certificate is of a worker; this needs one of a head")
    }

    private static func refusal(
        _ cluster: TestCluster, _ certificate: String, _ key: Private<String>
    ) -> String? {
        do {
            _ = try Credentials(
                authority: cluster.authority.certificatePEM, certificate: certificate, key: key)
            return nil
        } catch {
            return String(describing: error)
        }
    }
}
