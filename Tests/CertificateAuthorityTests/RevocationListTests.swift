import CertificateAuthority
import Foundation
import Testing
import Wire

/// What was revoked stays so, and only its authority can say it.
@Suite struct RevocationListTests {
    let scratch: Scratch
    var world: World
    let directory: CertificateDirectory

    init() throws {
        self.scratch = try Scratch()
        self.world = try World()
        self.directory = CertificateDirectory(self.scratch["ca"])
        try self.directory.write(self.world.authority)
    }

    private func number(_ text: String) throws -> SerialNumber { try SerialNumber(text: text) }

    private func list() throws -> [RevocationList] {
        let pem = try String(contentsOfFile: self.scratch["ca/crl.pem"], encoding: .utf8)
        return try RevocationList.read(pem: pem, signedBy: [self.world.authority.certificate])
    }

    @Test func `each list holds what the one before held, and has a higher number`() throws {
        let noon = self.world.noon
        _ = try self.directory.revoke([try self.number("0C")], now: noon)
        _ = try self.directory.revoke(
            [try self.number("00:ff:01"), try self.number("0a"), try self.number("C")],
            now: noon + 60)
        let list = try #require(try self.list().first)
        #expect(list.number == 2)
        #expect(list.entries.map(\.serial.description) == ["0a", "0c", "ff01"])
        #expect(list.entries.map(\.revokedAt) == [noon + 60, noon, noon + 60])
        #expect(list.issuedAt == noon + 60)
        #expect(list.renewBy == noon + 60 + 90 * 86_400)
        #expect(try self.scratch.mode(of: "ca/crl.pem") == 0o644)
    }

    @Test func `a list without certificates is a list`() throws {
        let list = try self.directory.revoke([], now: self.world.noon)
        #expect(list.entries.isEmpty)
        #expect(try self.list() == [list])
    }

    @Test func `moments after 2049 are written with four digits and read again`() throws {
        let late = Date(timeIntervalSince1970: 2_600_000_000)
        let list = try self.directory.revoke([try self.number("0c")], now: late)
        #expect(try self.list() == [list])
    }

    @Test func `a list of another authority is refused, also one of the same name`() throws {
        let other = try World()
        let (_, pem) = try other.authority.revoke(
            [try self.number("0c")], after: nil, now: other.noon)
        #expect(throws: IssuanceError(.malformed, "")) {
            try RevocationList.read(pem: pem, signedBy: [self.world.authority.certificate])
        }
        _ = try self.scratch.write(pem, to: "ca/crl.pem")
        let error = #expect(throws: IssuanceError.self) {
            try self.directory.revoke([], now: self.world.noon)
        }
        #expect(error?.reason.contains("was not signed by the authority") == true)
    }

    @Test func `no bit of a list can be changed`() throws {
        _ = try self.directory.revoke([try self.number("0c")], now: self.world.noon)
        let pem = try String(contentsOfFile: self.scratch["ca/crl.pem"], encoding: .utf8)
        let lines = pem.split(separator: "\n")
        let body = try #require(Data(base64Encoded: lines.dropFirst().dropLast().joined()))
        let authority = [self.world.authority.certificate]
        for place in body.indices {
            var changed = body
            changed[place] ^= 1
            let base64 = changed.base64EncodedString(
                options: [.lineLength64Characters, .endLineWithLineFeed])
            let text = "\(lines[0])\n\(base64)\n\(lines[lines.count - 1])\n"
            #expect(throws: IssuanceError.self, "byte \(place)") {
                try RevocationList.read(pem: text, signedBy: authority)
            }
        }
    }

    @Test(arguments: ["", "no list", "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"])
    func `what is no list is refused with a sentence`(text: String) throws {
        _ = try self.scratch.write(text, to: "ca/crl.pem")
        let error = #expect(throws: IssuanceError.self) {
            try self.directory.revoke([], now: self.world.noon)
        }
        #expect(error?.reason.hasPrefix(self.scratch["ca/crl.pem"]) == true)
    }

    @Test func `numbers come from arguments and from the lines of a file`() throws {
        let file = try self.scratch.write(
            "# taken from the head\n0A:0b\n\n  ff # stolen\n", to: "numbers")
        let numbers = try SerialNumbers.read(arguments: ["01"], file: file)
        #expect(numbers.map(\.description) == ["01", "0a0b", "ff"])
        let bad = try self.scratch.write("0a\nw1\n", to: "bad")
        let error = #expect(throws: IssuanceError.self) {
            try SerialNumbers.read(arguments: [], file: bad)
        }
        #expect(error?.reason.hasPrefix("\(bad), line 2: a serial number is") == true)
    }
}

/// The list as a reader sees it that shares no code with us.
@Suite(.enabled(if: OpenSSL.isInstalled, "openssl is not installed"))
struct RevocationListOpenSSLTests {
    let scratch: Scratch
    var world: World

    init() throws {
        self.scratch = try Scratch()
        self.world = try World()
        _ = try self.scratch.write(try self.world.authority.certificatePEM, to: "ca.pem")
    }

    @Test mutating func `openssl verifies the list, and by it refuses what is revoked`() throws {
        let (stolen, honest) = (try self.world.issue(.worker), try self.world.issue(.worker, "b2"))
        let report = try CertificateReport(pem: stolen.certificatePEM, now: self.world.noon)
        let (_, pem) = try self.world.authority.revoke(
            [try SerialNumber(text: report.serial)], after: nil, now: self.world.noon)
        let list = try self.scratch.write(pem, to: "crl.pem")

        let signed = try OpenSSL(["crl", "-in", list, "-CAfile", self.scratch["ca.pem"], "-noout"])
        #expect(signed.accepted && signed.output.contains("verify OK"))
        let text = try OpenSSL(["crl", "-in", list, "-noout", "-text"]).output
        for part in [
            "Version 2", "ecdsa-with-SHA256", "Last Update: Nov 23 12:00:00 2026 GMT",
            "Next Update: Feb 21 12:00:00 2027 GMT", "X509v3 CRL Number",
            "Authority Key Identifier",
            "Serial Number: \(report.serial.uppercased())",
        ] {
            #expect(text.contains(part), "\(part)")
        }

        func verify(_ issued: Authority.Issued, at moment: Date) throws -> OpenSSL {
            let path = try self.scratch.write(issued.certificatePEM, to: "cert.pem")
            return try OpenSSL([
                "verify", "-x509_strict", "-crl_check", "-attime",
                String(Int(moment.timeIntervalSince1970)), "-CAfile", self.scratch["ca.pem"],
                "-CRLfile", list, path,
            ])
        }
        #expect(try verify(honest, at: self.world.noon).accepted)
        let refused = try verify(stolen, at: self.world.noon)
        #expect(!refused.accepted && refused.output.contains("certificate revoked"))
    }

    @Test(arguments: ["", "crl_extensions=x", "crl_extensions=p"])
    mutating func `a list that openssl signed with the authority's key is read`(
        setting: String
    ) throws {
        _ = try self.scratch.write(self.world.authority.keyPEM.revealed, to: "ca-key.pem")
        let index = "R\t360101000000Z\t260101000000Z\t0C3F\tunknown\t/CN=x\n"
        _ = try self.scratch.write(index, to: "index")
        let settings = try self.scratch.write(
            """
            [ca]
            default_ca=d
            [d]
            database=\(self.scratch["index"])
            default_md=sha384
            default_crl_days=30
            \(setting)
            [x]
            authorityKeyIdentifier=keyid
            [p]
            issuingDistributionPoint=critical,@i
            [i]
            onlyuser=TRUE
            """, to: "settings")
        let made = try OpenSSL([
            "ca", "-config", settings, "-gencrl", "-cert", self.scratch["ca.pem"], "-keyfile",
            self.scratch["ca-key.pem"], "-out", self.scratch["crl.pem"],
        ])
        #expect(made.accepted, "\(made.output)")
        let pem = try String(contentsOfFile: self.scratch["crl.pem"], encoding: .utf8)
        let authority = [self.world.authority.certificate]
        // Of a partial list it is not known what it leaves out.
        guard !setting.hasSuffix("p") else {
            let error = #expect(throws: IssuanceError.self) {
                try RevocationList.read(pem: pem, signedBy: authority)
            }
            #expect(error?.reason.hasPrefix("the revocation list is partial") == true)
            return
        }
        let lists = try RevocationList.read(pem: pem, signedBy: authority)
        #expect(lists.flatMap(\.entries).map(\.serial.description) == ["0c3f"])
    }
}
