import CertificateAuthority
import Foundation
import Glibc
import Host
import Testing
import Wire

@Suite struct DirectoryTests {
    let scratch: Scratch
    var world: World

    init() throws {
        self.scratch = try Scratch()
        self.world = try World()
    }

    @Test mutating func `files have the modes that their readers need`() throws {
        try CertificateDirectory(self.scratch["ca"]).write(self.world.authority)
        try CertificateDirectory(self.scratch["w1/"]).write(
            self.world.issue(.worker), of: self.world.authority, existing: .refused)
        for (name, mode) in [
            ("ca", 0o700), ("ca/ca.pem", 0o644), ("ca/ca-key.pem", 0o600), ("w1", 0o700),
            ("w1/ca.pem", 0o644), ("w1/cert.pem", 0o644), ("w1/key.pem", 0o600),
        ] {
            #expect(try self.scratch.mode(of: name) == mode, "\(name)")
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: self.scratch["ca"]).sorted()
                == ["ca-key.pem", "ca.pem"])
    }

    @Test func `an authority is read back, unless others can reach its key`() throws {
        let directory = CertificateDirectory(self.scratch["ca"])
        try directory.write(self.world.authority)
        #expect(try directory.readAuthority().certificate == self.world.authority.certificate)

        for mode in [0o640, 0o604, 0o660] as [mode_t] {
            chmod(self.scratch["ca/ca-key.pem"], mode)
            let error = #expect(throws: IssuanceError.self) { try directory.readAuthority() }
            #expect(error?.code == .unusable)
            #expect(error?.reason.contains("chmod 600") == true)
        }
    }

    @Test mutating func `nothing is overwritten unless that was asked for`() throws {
        let authority = CertificateDirectory(self.scratch["ca"])
        try authority.write(self.world.authority)
        let other = try World().authority
        #expect(throws: IssuanceError(.exists, "")) { try authority.write(other) }
        #expect(try authority.readAuthority().certificate == self.world.authority.certificate)

        let member = CertificateDirectory(self.scratch["w1"])
        let first = try self.world.issue(.worker)
        let second = try self.world.issue(.worker)
        try member.write(first, of: self.world.authority, existing: .refused)
        #expect(throws: IssuanceError(.exists, "")) {
            try member.write(second, of: self.world.authority, existing: .refused)
        }
        #expect(try CertificateFile.read(self.scratch["w1/cert.pem"]) == first.certificatePEM)
        try member.write(second, of: self.world.authority, existing: .replaced)
        #expect(try CertificateFile.read(self.scratch["w1/cert.pem"]) == second.certificatePEM)
        #expect(try self.scratch.mode(of: "w1/key.pem") == 0o600)
    }

    @Test func `a directory in which others may write is refused`() throws {
        mkdir(self.scratch["shared"], 0o700)
        chmod(self.scratch["shared"], 0o777)
        let error = #expect(throws: IssuanceError.self) {
            try CertificateDirectory(self.scratch["shared"]).write(self.world.authority)
        }
        #expect(error?.reason.contains("0777") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: self.scratch["shared"]) == [])
    }

    @Test(arguments: [
        (HostError.Code.missing, true), (.exists, true), (.notPermitted, true), (.unsafe, true),
        (.malformed, true), (.failed, false),
    ]) func `whatever the caller can put right is a mistake, a failing disk is not`(
        code: HostError.Code, isMistake: Bool
    ) {
        #expect(IssuanceError(HostError(code, "no matter")).isMistake == isMistake)
    }

    @Test func `a place that is missing or no directory is named`() throws {
        let file = try self.scratch.write("text", to: "file")
        for path in [file, self.scratch["none/ca"]] {
            let error = #expect(throws: IssuanceError.self) {
                try CertificateDirectory(path).write(self.world.authority)
            }
            #expect(error?.reason.contains(path) == true)
        }
    }
}

@Suite struct ReportTests {
    var world: World

    init() throws { self.world = try World() }

    @Test mutating func `a report says what the certificate says`() throws {
        let head = try self.world.head()
        let report = try CertificateReport(
            pem: head.keyPEM.revealed + head.certificatePEM, now: self.world.noon)
        #expect(report.identity == "spiffe://north/head/a1")
        #expect(report.role == "head")
        #expect(!report.authority)
        #expect(report.notAfter == "2027-02-21T12:00:00Z")
        #expect(report.notBefore == "2026-11-23T11:55:00Z")
        #expect(report.dns == ["head.example"])
        #expect(report.addresses == ["127.0.0.1", "::1"])
        #expect(report.keyUsage == ["digitalSignature"])
        #expect(report.extendedKeyUsage == ["serverAuth", "clientAuth", "codeSigning"])
        #expect(report.serial.count == 40 && report.fingerprint.count == 64)
        #expect(report.text().contains("valid until  2027-02-21T12:00:00Z\n"))
        #expect(try report.json().contains(#""identity":"spiffe://north/head/a1""#))
    }

    @Test func `an authority is reported as one`() throws {
        let report = try CertificateReport(
            pem: try self.world.authority.certificatePEM, now: self.world.noon)
        #expect(report.authority)
        #expect(report.identity == "spiffe://north")
        #expect(report.text().contains("certificate authority"))
    }

    @Test mutating func `a certificate's standing depends on the moment`() throws {
        let worker = try self.world.issue(.worker).certificatePEM
        let day: TimeInterval = 86_400
        for (offset, standing) in [
            (-day, CertificateReport.Standing.notYetValid), (0, .valid), (day, .valid),
            (day + 1, .expired),
        ] {
            let report = try CertificateReport(pem: worker, now: self.world.noon + offset)
            #expect(report.standing == standing)
        }
    }

    @Test(arguments: [
        "", "text", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----",
    ]) func `what holds no certificate is refused`(pem: String) {
        #expect(throws: IssuanceError(.malformed, "")) {
            try CertificateReport(pem: pem, now: self.world.noon)
        }
    }

    @Test mutating func `a key alone is no certificate`() throws {
        let key = try self.world.issue(.user).keyPEM
        #expect(throws: IssuanceError(.malformed, "")) {
            try CertificateReport(pem: key.revealed, now: self.world.noon)
        }
    }
}
