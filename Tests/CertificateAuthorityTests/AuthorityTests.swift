import CertificateAuthority
import Crypto
import Foundation
import Privacy
import SwiftASN1
import Testing
import Wire
import X509

@Suite struct AuthorityTests {
    var world: World

    init() throws { self.world = try World() }

    @Test(arguments: Role.allCases) mutating func `a certificate names its holder and nobody else`(
        role: Role
    ) throws {
        let issued = role == .head ? try self.world.head() : try self.world.issue(role)
        let names = try #require(try issued.certificate.extensions.subjectAlternativeNames)
        let uris = Array(names).compactMap { name in
            if case .uniformResourceIdentifier(let uri) = name { uri } else { nil as String? }
        }
        #expect(uris == ["spiffe://north/\(role.rawValue)/a1"])
        #expect(names.count == (role == .head ? 4 : 1))
    }

    @Test mutating func `only a head may serve and sign models, nobody certificates`() throws {
        let head = try self.world.head().certificate.extensions
        #expect(
            try head.extendedKeyUsage.map(Array.init)
                == [.serverAuth, .clientAuth, .codeSigning])
        for role in Role.allCases where role != .head {
            let other = try self.world.issue(role).certificate.extensions
            #expect(try other.extendedKeyUsage.map(Array.init) == [.clientAuth])
            #expect(try other.keyUsage == KeyUsage(digitalSignature: true))
            #expect(try other.basicConstraints == .notCertificateAuthority)
        }
        let authority = self.world.authority.certificate.extensions
        #expect(try authority.basicConstraints == .isCertificateAuthority(maxPathLength: 1))
        #expect(try authority.keyUsage == KeyUsage(keyCertSign: true, cRLSign: true))
    }

    @Test mutating func `a worker's certificate lasts a day, a person's a quarter`() throws {
        func lifetime(_ issued: Authority.Issued) -> TimeInterval {
            issued.certificate.notValidAfter.timeIntervalSince(self.world.noon)
        }
        #expect(lifetime(try self.world.issue(.worker)) == 24 * 3600)
        #expect(lifetime(try self.world.issue(.user)) == 90 * 86_400)
        #expect(lifetime(try self.world.head()) == 90 * 86_400)
        #expect(lifetime(try self.world.issue(.worker, lifetime: .hours(3))) == 3 * 3600)
    }

    @Test mutating func `clocks may differ by five minutes`() throws {
        let issued = try self.world.issue(.user, now: self.world.noon + 3600)
        #expect(issued.certificate.notValidBefore == self.world.noon + 3300)
    }

    @Test mutating func `no certificate begins or ends outside its authority's time`() throws {
        let authority = self.world.authority.certificate
        let late = authority.notValidAfter - 3600
        let short = try self.world.issue(.user, now: late)
        #expect(short.certificate.notValidAfter == authority.notValidAfter)
        let early = try self.world.issue(.user, now: authority.notValidBefore)
        #expect(early.certificate.notValidBefore == authority.notValidBefore)
    }

    @Test mutating func `an authority past its end or before its beginning signs nothing`() throws {
        let authority = self.world.authority.certificate
        for (now, word) in [
            (authority.notValidAfter, "ended at 2036-"), (authority.notValidBefore - 1, "clock"),
        ] {
            let error = #expect(throws: IssuanceError.self) {
                try self.world.issue(.user, now: now)
            }
            #expect(error?.code == .notValidNow && error?.isMistake == true)
            #expect(error?.reason.contains(word) == true)
        }
    }

    @Test mutating func `serial numbers are long, positive and never the same`() throws {
        let serials = try (0..<100).map { _ in
            try self.world.issue(.user).certificate.serialNumber.bytes
        }
        #expect(Set(serials).count == 100)
        #expect(serials.allSatisfy { $0.count == 20 && $0.first! & 0xC0 == 0x40 })
    }

    @Test mutating func `a key fits its certificate and no two are alike`() throws {
        let keys = try (0..<2).map { _ in
            let issued = try self.world.issue(.user)
            let key = try P256.Signing.PrivateKey(pemRepresentation: issued.keyPEM.revealed)
            #expect(Certificate.PublicKey(key.publicKey) == issued.certificate.publicKey)
            return issued.keyPEM
        }
        #expect(keys[0] != keys[1])
    }

    @Test mutating func `an authority is taken up again from its texts`() throws {
        let again = try Authority(
            certificatePEM: try self.world.authority.certificatePEM,
            keyPEM: self.world.authority.keyPEM)
        #expect(again.cluster == "north")
        #expect(again.certificate == self.world.authority.certificate)
    }

    @Test mutating func `what is no authority is not taken up`() throws {
        let leaf = try self.world.issue(.user)
        let other = try World().authority
        let ours = try self.world.authority.certificatePEM
        let pairs: [(String, Private<String>)] = [
            (leaf.certificatePEM, leaf.keyPEM), (ours, other.keyPEM), (ours, "no key"),
            ("no certificate", self.world.authority.keyPEM),
            (ours, Private(ours)), ("", ""),
        ]
        for (certificate, key) in pairs {
            let error = #expect(throws: IssuanceError.self) {
                try Authority(certificatePEM: certificate, keyPEM: key)
            }
            #expect(error?.code == .malformed)
        }
    }
}
